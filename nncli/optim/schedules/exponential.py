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
    """Exponential decay by a factor per period, continuously in every step.

    rate(t) = initial factor^(t / T), T = every_epochs or every_steps

    t counts steps from the end of the warm-up. This is Keras's ExponentialDecay; PyTorch's ExponentialLR has the same
    rates at the start of epochs and keeps them constant during the epoch.

    Args:
        initial: first learning rate, above 0.
        factor: decay per period, above 0 and below 1.
    """

    initial: Annotated[float, Gt(0)]
    factor: Annotated[float, Interval(gt=0, lt=1)]

    def rate(self, step: int, context: ScheduleContext) -> float:
        """Decay by the number of periods so far, a fraction included."""
        periods: float = self.factor ** (step / self.period(context))
        return self.initial * periods
