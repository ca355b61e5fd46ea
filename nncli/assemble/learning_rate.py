"""Compute the learning rate over a run, as far as it is known before the first step."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from nncli.assemble.resources import ResourceEstimate
from nncli.config.spec import Spec
from nncli.core.text_format import count_noun
from nncli.optim.schedule import ScheduleContext, schedule_of
from nncli.optim.schedules.reduce_on_plateau import ReduceOnPlateau

MAX_SAMPLED_STEPS = 2000


@dataclass(frozen=True)
class LearningRateCurve:
    """The learning rate over a run.

    Args:
        schedule: name of the schedule.
        warmup_steps: number of warm-up steps.
        epochs: number of epochs of the run.
        rates: the rates at evenly spaced steps, including the first and the last, or at every step of a short run;
            empty if they depend on a monitor.
        highest: the highest rate.
        words: if the rate depends on a monitor, the rule by which it changes, in words; otherwise empty.
    """

    schedule: str
    warmup_steps: int
    epochs: int
    rates: tuple[float, ...]
    highest: float
    words: str = ""


def learning_rate_curve(spec: Spec, resources: ResourceEstimate) -> LearningRateCurve | None:
    """Return the learning rate over a run; None if it is a constant number.

    Args:
        spec: the spec, with every default filled in.
        resources: the estimated resources of the run, including its number of steps.
    """
    schedule = schedule_of(spec.optimizer)
    if schedule is None:
        return None
    steps = resources.steps_per_epoch * resources.epochs
    context = ScheduleContext(resources.steps_per_epoch, resources.epochs)
    sampled = tuple(schedule.at(step, context) for step in sampled_steps(steps))
    highest = max(*sampled, schedule.at(min(schedule.warmup_steps, steps - 1), context))
    words = _plateau_rule(schedule) if isinstance(schedule, ReduceOnPlateau) else ""
    rates = () if words else sampled
    return LearningRateCurve(schedule.type_name, schedule.warmup_steps, resources.epochs, rates, highest, words)


def sampled_steps(steps: int) -> Iterator[int]:
    """Return the indices of at most `MAX_SAMPLED_STEPS` evenly spaced steps, including the first and the last."""
    count = min(steps, MAX_SAMPLED_STEPS)
    return (index * (steps - 1) // max(count - 1, 1) for index in range(count))


def _plateau_rule(schedule: ReduceOnPlateau) -> str:
    """Return when reduce_on_plateau changes the rate, in words."""
    lowest = f", down to {schedule.final:g}" if schedule.final else ""
    epochs, cooldown = count_noun(schedule.patience, "epoch"), count_noun(schedule.cooldown, "epoch")
    pause = f" (not counting the {cooldown} after each change)" if schedule.cooldown else ""
    factor = f"{schedule.initial:g}, times {schedule.factor:g}"
    return f"{factor} whenever {schedule.monitor} has not improved for {epochs}{pause}{lowest}"
