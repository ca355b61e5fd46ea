"""What a schedule of the learning rate is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, NamedTuple, TypeAlias

from annotated_types import Ge, Gt

from nncli.core.fields import Registered
from nncli.core.registry import SCHEDULES


class Course(NamedTuple):
    """What a schedule may know besides the number of the step.

    Args:
        steps_per_epoch: how many steps an epoch has.
        epochs: how many the run has; only a `Timed` schedule may look at it.
        reductions: how often what `reduce_on_plateau` watches has stopped improving.
    """

    steps_per_epoch: int
    epochs: int
    reductions: int = 0


@dataclass(frozen=True, kw_only=True)
class Schedule(Registered):
    """The base of all schedules: the learning rate of every step, a pure function of the step's number.

    It may depend on how many steps an epoch has. What depends on the length of the run derives from `Timed`.

    Args:
        warmup_steps: steps before the schedule begins, on which the rate rises in equal parts up to the schedule's
            first rate; in the first of them it is that / warmup_steps.
    """

    needs = ("rate",)

    warmup_steps: Annotated[int, Ge(0)] = 0

    def at(self, step: int, course: Course) -> float:
        """The rate of a step, with the warm-up.

        Args:
            step: its number in the run, from 0.
            course: of the run.
        """
        if step >= self.warmup_steps:
            return self.rate(step - self.warmup_steps, course)
        return self.rate(0, course) * ((step + 1) / self.warmup_steps)

    def rate(self, step: int, course: Course) -> float:
        """The rate of a step after the warm-up.

        Args:
            step: how many steps after it, from 0; it may lie beyond the end of the run.
            course: of the run.
        """
        raise NotImplementedError

    @property
    def over_run(self) -> bool:
        """Whether the rates of the first steps depend on how many will follow."""
        return False

    @property
    def by_steps(self) -> bool:
        """Whether the number of a step is all that it has to know, so that a loop without epochs will do."""
        return True


def schedule_of(optimizer: object) -> Schedule | None:
    """The schedule of an optimizer's learning rate; None where that is a plain number, or there is no optimizer."""
    rate = getattr(optimizer, "learning_rate", None)
    return rate if isinstance(rate, Schedule) else None


LearningRate: TypeAlias = Annotated[float, Gt(0)] | Annotated[Schedule, SCHEDULES]

schedule = SCHEDULES.register
