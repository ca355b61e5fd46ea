"""The learning rate over a whole run, as far as it is known before the first step."""

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
        schedule: its name.
        warmup_steps: how many steps belong to the warm-up.
        epochs: how many the run has.
        rates: at evenly spaced steps, the first and the last among them, or at all steps of a short run; empty where
            they depend on what will be measured.
        highest: of all rates.
        words: when the rate changes, where that depends on what will be measured.
    """

    schedule: str
    warmup_steps: int
    epochs: int
    rates: tuple[float, ...]
    highest: float
    words: str = ""


def learning_rate_curve(spec: Spec, plan: ResourceEstimate) -> LearningRateCurve | None:
    """The learning rate over a run; None where it is a constant number.

    Args:
        spec: with every default written.
        plan: of the run.
    """
    schedule = schedule_of(spec.optimizer)
    if schedule is None:
        return None
    steps, course = plan.steps_per_epoch * plan.epochs, ScheduleContext(plan.steps_per_epoch, plan.epochs)
    seen = tuple(schedule.at(step, course) for step in sampled_steps(steps))
    highest = max(*seen, schedule.at(min(schedule.warmup_steps, steps - 1), course))
    words = _plateau_rule(schedule) if isinstance(schedule, ReduceOnPlateau) else ""
    rates = () if words else seen
    return LearningRateCurve(schedule.type_name, schedule.warmup_steps, plan.epochs, rates, highest, words)


def sampled_steps(steps: int) -> Iterator[int]:
    """The numbers of evenly spaced steps, with the first and the last; of all steps where they are few."""
    count = min(steps, MAX_SAMPLED_STEPS)
    return (index * (steps - 1) // max(count - 1, 1) for index in range(count))


def _plateau_rule(schedule: ReduceOnPlateau) -> str:
    lowest = f", down to {schedule.final:g}" if schedule.final else ""
    pause = f" (the {schedule.cooldown:,} after a change do not count)" if schedule.cooldown else ""
    epochs = count_noun(schedule.patience, "epoch")
    factor = f"{schedule.initial:g}, times {schedule.factor:g}"
    return f"{factor} whenever {schedule.monitor} has not improved for {epochs}{pause}{lowest}"
