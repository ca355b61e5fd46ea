"""Step decay."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from annotated_types import Gt, Interval

from nncli.optim.periodic import Periodic
from nncli.optim.schedule import ScheduleContext, schedule


@schedule("step", "step_decay")
@dataclass(frozen=True)
class Step(Periodic):
    """Step decay: multiply the rate by a factor after every period.

    rate(t) = initial * factor^floor(t / T), T = every_epochs or every_steps

    t is the number of the step after the warm-up. With every_epochs this is PyTorch's StepLR.

    Args:
        initial: first learning rate, above 0.
        factor: factor per period, above 0 and below 1.
    """

    initial: Annotated[float, Gt(0)]
    factor: Annotated[float, Interval(gt=0, lt=1)]

    def rate(self, step: int, context: ScheduleContext) -> float:
        """Return the rate after a whole number of periods."""
        decay: float = self.factor ** (step // self.period(context))
        return self.initial * decay
