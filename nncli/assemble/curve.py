"""How the learning rate of a run will go, where it has a schedule: known before the first step."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from math import inf

from nncli.assemble.foreign import place_in
from nncli.assemble.plan import Plan
from nncli.config.spec import Spec
from nncli.core.errors import Problem
from nncli.core.fields import is_foreign
from nncli.core.text_format import count_noun
from nncli.core.value_text import format_value
from nncli.optim.schedule import Course, schedule_of
from nncli.optim.schedules.reduce_on_plateau import ReduceOnPlateau, plateau_of
from nncli.optim.timed import Timed

MOST = 2000  # steps that are looked at


@dataclass(frozen=True)
class Curve:
    """The learning rate over a run.

    Args:
        schedule: its name.
        warmup_steps: how many steps belong to the warm-up.
        epochs: how many the run has.
        rates: of steps at even distances, the first and the last among them, or of all where they are not many; none
            where it depends on what will be measured.
        highest: of all rates.
        words: when the rate changes, where that depends on what will be measured.
    """

    schedule: str
    warmup_steps: int
    epochs: int
    rates: tuple[float, ...]
    highest: float
    words: str = ""


def curve_of(spec: Spec, plan: Plan) -> Curve | None:
    """The curve of a run; None where its rate is a plain number.

    Args:
        spec: with every default filled.
        plan: of the run.
    """
    schedule = schedule_of(spec.optimizer)
    if schedule is None:
        return None
    steps, course = plan.steps_per_epoch * plan.epochs, Course(plan.steps_per_epoch, plan.epochs)
    seen = [schedule.at(step, course) for step in _spread(steps)]
    highest = max(*seen, schedule.at(min(schedule.warmup_steps, steps - 1), course))
    words = _waiting(schedule) if isinstance(schedule, ReduceOnPlateau) else ""
    return Curve(schedule.type_name, schedule.warmup_steps, plan.epochs, () if words else tuple(seen), highest, words)


def faults(spec: Spec, plan: Plan) -> Iterator[Problem]:
    """What is wrong with the rates of a user's own schedule, as far as some steps show it.

    Args:
        spec: with every default filled.
        plan: of the run.
    """
    schedule = schedule_of(spec.optimizer)
    if schedule is None or not is_foreign(type(schedule)):
        return
    for step in _spread(plan.steps_per_epoch * plan.epochs):
        try:
            rate = schedule.at(step, Course(plan.steps_per_epoch, plan.epochs))
            if 0 <= float(rate) < inf:
                continue
            fault = f"expected a finite number at least 0; got {format_value(rate)}"
        except Exception as error:  # a user's code may raise anything
            place = place_in(error.__traceback__, {type(schedule).__module__})
            fault = f"{place}{type(error).__name__}: {error}"
        message = f"the rate of {schedule.type_name} in step {step}: {fault}"
        yield Problem(("optimizer", "learning_rate"), message)
        return


def remarks(spec: Spec, plan: Plan) -> Iterator[str]:
    """What is odd about a schedule in this run, though it can be done.

    Args:
        spec: with every default filled.
        plan: of the run.
    """
    schedule, steps = schedule_of(spec.optimizer), plan.steps_per_epoch * plan.epochs
    if schedule is None:
        return
    place, run = "optimizer.learning_rate", f"the run has {count_noun(steps, 'step')}"
    if isinstance(schedule, Timed):
        length = schedule.length(Course(plan.steps_per_epoch, plan.epochs))
        if length > steps > schedule.warmup_steps:
            yield f"{place}: {schedule.type_name} goes over {count_noun(length, 'step')}, but {run}"
        elif steps > schedule.warmup_steps >= length:
            yield f"{place}: {schedule.type_name} has {count_noun(length, 'step')}, all of which belong to the warm-up"
        elif length < steps and schedule.at(length - 1, Course(plan.steps_per_epoch, plan.epochs)) == 0:
            yield f"{place}: {run}, but the rate is 0 from step {length:,} on, and nothing is learnt after it"
    if schedule.warmup_steps >= steps:
        yield f"{place}: {run}, all of which belong to the warm-up of {schedule.warmup_steps:,}"
    waiting, stopping = plateau_of(spec.optimizer), spec.training.early_stopping
    if waiting is None or stopping is None or waiting.monitor != stopping.monitor:
        return
    if stopping.patience <= waiting.patience and stopping.min_delta >= waiting.min_delta:
        what = f"early stopping ends the run before {waiting.type_name} changes the rate"
        yield f"{place}: {what}; give it less patience than the {stopping.patience} of early stopping"


def _spread(steps: int) -> Iterator[int]:
    """Numbers of steps at even distances, with the first and the last; all where they are not many."""
    count = min(steps, MOST)
    return (index * (steps - 1) // max(count - 1, 1) for index in range(count))


def _waiting(schedule: ReduceOnPlateau) -> str:
    lowest = f", down to {schedule.final:g}" if schedule.final else ""
    pause = f" (the {schedule.cooldown:,} after a change do not count)" if schedule.cooldown else ""
    epochs = count_noun(schedule.patience, "epoch")
    factor = f"{schedule.initial:g}, times {schedule.factor:g}"
    return f"{factor} whenever {schedule.monitor} has not improved for {epochs}{pause}{lowest}"
