"""Down by a factor from time to time."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from annotated_types import Gt, Interval

from nncli.optim.periodic import Periodic
from nncli.optim.schedule import ScheduleContext, schedule


@schedule("step", "step_decay")
@dataclass(frozen=True)
class Step(Periodic):
    """The rate times a factor after every period, and the same in between.

    rate(t) = initial factor^floor(t / T), T = every_epochs or every_steps

    t counts steps from 0, from the end of the warm-up. With every_epochs this is PyTorch's StepLR.

    Args:
        initial: the first rate, above 0.
        factor: what the rate is multiplied by, above 0 and below 1.
    """

    initial: Annotated[float, Gt(0)]
    factor: Annotated[float, Interval(gt=0, lt=1)]

    def rate(self, step: int, context: ScheduleContext) -> float:
        """By how many whole periods are over."""
        periods: float = self.factor ** (step // self.period(context))
        return self.initial * periods
