"""The base class of learning rate schedules."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, NamedTuple, TypeAlias

from annotated_types import Ge, Gt

from nncli.core.checked import Registered
from nncli.core.registry import SCHEDULES


class ScheduleContext(NamedTuple):
    """Values that a learning rate may depend on, besides the number of the step.

    Args:
        steps_per_epoch: number of steps per epoch.
        epochs: number of epochs of the run; only a `Timed` schedule may depend on it.
        reductions: number of reductions by `reduce_on_plateau` so far.
    """

    steps_per_epoch: int
    epochs: int
    reductions: int = 0


Course = ScheduleContext  # the earlier name of ScheduleContext, for plugins


@dataclass(frozen=True, kw_only=True)
class Schedule(Registered):
    """The base of all schedules: the learning rate as a pure function of the step number.

    The rate may also depend on the number of steps per epoch. A schedule that depends on the length of the run derives
    from `Timed`.

    Args:
        warmup_steps: number of steps of linear warm-up before the schedule starts, at least 0; the rate rises from
            first rate / warmup_steps to the first rate.
    """

    needs = ("rate",)

    warmup_steps: Annotated[int, Ge(0)] = 0

    def at(self, step: int, context: ScheduleContext) -> float:
        """Return the learning rate of a step, warm-up included.

        Args:
            step: number of the step in the run, starting at 0.
            context: number of steps per epoch and similar values.
        """
        if step >= self.warmup_steps:
            return self.rate(step - self.warmup_steps, context)
        return self.rate(0, context) * ((step + 1) / self.warmup_steps)

    def rate(self, step: int, context: ScheduleContext) -> float:
        """Return the learning rate of a step after the warm-up.

        Args:
            step: number of the step after the warm-up, starting at 0; it may be beyond the end of the run.
            context: number of steps per epoch and similar values.
        """
        raise NotImplementedError

    @property
    def over_run(self) -> bool:
        """Whether the rates of the first steps depend on the length of the run."""
        return False

    @property
    def by_steps(self) -> bool:
        """Whether the rate depends on the step number alone, so that a training loop without epochs can use it."""
        return True


def schedule_of(optimizer: object) -> Schedule | None:
    """Return the schedule of an optimizer's learning rate; None for a constant number, or without an optimizer."""
    rate = getattr(optimizer, "learning_rate", None)
    return rate if isinstance(rate, Schedule) else None


LearningRate: TypeAlias = Annotated[float, Gt(0)] | Annotated[Schedule, SCHEDULES]

schedule = SCHEDULES.register
