"""Linear decay."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from annotated_types import Ge, Gt

from nncli.optim.schedule import schedule
from nncli.optim.timed import Timed


@schedule("linear", "linear_decay")
@dataclass(frozen=True)
class Linear(Timed):
    """Linear decay from the initial to the final rate.

    rate(t) = initial + (final - initial) * t / (T - 1), t = 0 ... T - 1

    T is the number of steps from the end of the warm-up to the end of the run, or to the end of the given epochs or
    steps; later steps keep the final rate.

    Args:
        initial: first learning rate, above 0.
        final: last learning rate, at least 0.
    """

    initial: Annotated[float, Gt(0)]
    final: Annotated[float, Ge(0)] = 0.0

    def along(self, step: int, length: int) -> float:
        """Return a weighted mean of the two rates, which is exact at both ends."""
        weight = step / max(length - 1, 1)
        return self.initial * (1 - weight) + self.final * weight
