"""The same rate all the time."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from annotated_types import Gt

from nncli.optim.schedule import Schedule, ScheduleContext, schedule


@schedule("constant")
@dataclass(frozen=True)
class Constant(Schedule):
    """The same rate in every step: a plain number with a warm-up before it.

    rate(t) = initial

    Args:
        initial: the rate, above 0.
    """

    initial: Annotated[float, Gt(0)]

    def rate(self, step: int, context: ScheduleContext) -> float:
        """The initial rate."""
        return self.initial
