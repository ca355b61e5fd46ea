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
    """The rate times a factor in every period, a little in every step.

    rate(t) = initial factor^(t / T), T = every_epochs or every_steps

    t counts steps from 0, from the end of the warm-up. This is Keras's ExponentialDecay; PyTorch's ExponentialLR has
    the same rates where an epoch begins, and keeps them during the epoch.

    Args:
        initial: the first rate, above 0.
        factor: what the rate is multiplied by in a period, above 0 and below 1.
    """

    initial: Annotated[float, Gt(0)]
    factor: Annotated[float, Interval(gt=0, lt=1)]

    def rate(self, step: int, context: ScheduleContext) -> float:
        """By how many periods are over, also in part."""
        periods: float = self.factor ** (step / self.period(context))
        return self.initial * periods
