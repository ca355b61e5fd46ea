"""Constant learning rate."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from annotated_types import Gt

from nncli.optim.schedule import Schedule, ScheduleContext, schedule


@schedule("constant")
@dataclass(frozen=True)
class Constant(Schedule):
    """Constant learning rate, with an optional warm-up.

    rate(t) = initial

    Args:
        initial: learning rate, above 0.
    """

    initial: Annotated[float, Gt(0)]

    def rate(self, step: int, context: ScheduleContext) -> float:
        """Return the initial rate."""
        return self.initial
