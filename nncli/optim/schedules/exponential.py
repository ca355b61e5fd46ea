"""Exponential decay."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from annotated_types import Gt, Interval

from nncli.optim.periodic import Periodic
from nncli.optim.schedule import ScheduleContext, schedule


@schedule("exponential", "exponential_decay")
@dataclass(frozen=True)
class Exponential(Periodic):
    """Exponential decay: multiply the rate by a factor per period, with a small change in every step.

    rate(t) = initial * factor^(t / T), T = every_epochs or every_steps

    t is the number of the step after the warm-up. This is Keras's ExponentialDecay. PyTorch's ExponentialLR has the
    same rate at the start of every epoch, and keeps it constant during the epoch.

    Args:
        initial: first learning rate, above 0.
        factor: factor per period, above 0 and below 1.
    """

    initial: Annotated[float, Gt(0)]
    factor: Annotated[float, Interval(gt=0, lt=1)]

    def rate(self, step: int, context: ScheduleContext) -> float:
        """Return the rate after a fractional number of periods."""
        decay: float = self.factor ** (step / self.period(context))
        return self.initial * decay
