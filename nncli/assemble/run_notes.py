"""Notes for the user about a run that is valid but unusual."""

from __future__ import annotations

from collections.abc import Iterator

from nncli.assemble.resources import ResourceEstimate
from nncli.config.spec import Spec
from nncli.core.checked import registered_in
from nncli.core.text_format import count_noun
from nncli.optim.schedule import ScheduleContext, schedule_of
from nncli.optim.schedules.reduce_on_plateau import plateau_of
from nncli.optim.timed import Timed

MAX_FIRST_SHARE = 0.05  # maximum share of the first step's weights in the final average


def run_notes(spec: Spec, resources: ResourceEstimate) -> list[str]:
    """Return the notes about a run that is valid but unusual.

    Args:
        spec: the spec, with every default filled in.
        resources: the estimated resources of the run, including its number of steps.
    """
    remarks = dict.fromkeys(remark for thing in registered_in(spec) for remark in thing.remarks())
    return [*remarks, *_on_schedule(spec, resources), *_on_plateau(spec), *_on_averaging(spec, resources)]


def _on_schedule(spec: Spec, resources: ResourceEstimate) -> Iterator[str]:
    """Yield a note if the schedule of the learning rate does not match the length of the run."""
    schedule, steps = schedule_of(spec.optimizer), resources.steps_per_epoch * resources.epochs
    if schedule is None:
        return
    place, run = "optimizer.learning_rate", f"the run has {count_noun(steps, 'step')}"
    if isinstance(schedule, Timed):
        context = ScheduleContext(resources.steps_per_epoch, resources.epochs)
        length = schedule.length(context)
        if length > steps > schedule.warmup_steps:
            yield f"{place}: {schedule.type_name} takes {count_noun(length, 'step')}, but {run}"
        elif steps > schedule.warmup_steps >= length:
            yield f"{place}: all {count_noun(length, 'step')} of {schedule.type_name} belong to the warm-up"
        elif length < steps and schedule.at(length - 1, context) == 0:
            yield f"{place}: {run}, but the rate is 0 from step {length:,} on, and nothing is learned after it"
    if schedule.warmup_steps >= steps:
        yield f"{place}: {run}, and all of them belong to the warm-up of {schedule.warmup_steps:,}"


def _on_plateau(spec: Spec) -> Iterator[str]:
    """Yield a note if early stopping ends the run before reduce_on_plateau changes the rate."""
    plateau, stopping = plateau_of(spec.optimizer), spec.training.early_stopping
    if plateau is None or stopping is None or plateau.monitor != stopping.monitor:
        return
    if stopping.patience <= plateau.patience and stopping.min_delta >= plateau.min_delta:
        what = f"early stopping ends the run before {plateau.type_name} changes the rate"
        patience = f"give {plateau.type_name} a patience below {stopping.patience}, the patience of early stopping"
        yield f"optimizer.learning_rate: {what}; {patience}"


def _on_averaging(spec: Spec, resources: ResourceEstimate) -> Iterator[str]:
    """Yield a note if a run is too short for the average of its weights.

    Without warm-up, the weights after the first step have the share decay^(steps - 1) in the final average.
    """
    averaging, steps = spec.training.weight_averaging, resources.steps_per_epoch * resources.epochs
    if averaging is None or averaging.warmup:
        return
    share = averaging.decay ** (steps - 1)
    if share > MAX_FIRST_SHARE:
        run = f"after the {count_noun(steps, 'step')} of the run"
        what = f"{run}, the weights of the first step still make up {share:.0%} of the average"
        yield f"training.weight_averaging: {what}; write warmup: true or a smaller decay"
