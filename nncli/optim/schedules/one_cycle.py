"""One-cycle policy."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from math import cos, pi
from typing import Annotated, cast

from annotated_types import Ge, Gt, Interval

from nncli.optim.schedule import schedule
from nncli.optim.timed import Timed


@schedule("one_cycle")
@dataclass(frozen=True)
class OneCycle(Timed):
    """One-cycle policy: increase the rate to a maximum, then decrease it to a very low rate, both along a cosine.

    rate(t) = a + (b - a) * (1 - cos(pi * s)) / 2
    a = initial, b = maximum, s = t / P                         for t <= P = max(rise * T - 1, 1)
    a = maximum, b = final,   s = (t - P) / (T - 1 - P)         for t > P, t = 0 ... T - 1

    T is the number of steps from the end of the warm-up to the end of the run, or to the end of the given epochs or
    steps; later steps keep the final rate. The rates are those of PyTorch's OneCycleLR; if rise * T is not an integer,
    no step has exactly the maximum. Momentum is not cycled. A warm-up comes before the cycle and is rarely needed.

    Args:
        maximum: highest learning rate, above 0.
        initial: first learning rate, above 0; default maximum / 25.
        final: last learning rate, at least 0; default initial / 10000.
        rise: fraction of the steps with an increasing rate, above 0 and below 1.
    Reference: Smith and Topin, Super-Convergence, arXiv:1708.07120 (2018).
    """

    maximum: Annotated[float, Gt(0)]
    initial: Annotated[float, Gt(0)] | None = None
    final: Annotated[float, Ge(0)] | None = None
    rise: Annotated[float, Interval(gt=0, lt=1)] = 0.3

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.initial is None:
            object.__setattr__(self, "initial", self.maximum / 25)
        if self.final is None:
            object.__setattr__(self, "final", cast("float", self.initial) / 1e4)

    def conflicts(self) -> Iterable[tuple[str, str]]:
        """Refuse rates above the maximum."""
        yield from super().conflicts()
        for name in ("initial", "final"):
            given = getattr(self, name)
            if given is not None and given > self.maximum:
                yield name, f"expected at most the maximum, which is {self.maximum:g}; got {given:g}"

    def along(self, step: int, length: int) -> float:
        """Return a weighted mean of two rates, which is exact at both ends."""
        initial, final = cast("float", self.initial), cast("float", self.final)  # __post_init__ replaced None
        peak, last = max(self.rise * length - 1, 1), length - 1
        if step <= peak and step < max(last, 1):
            low, high, weight = initial, self.maximum, step / peak
        else:
            low, high, weight = self.maximum, final, (step - peak) / (last - peak) if step < last else 1.0
        weight = (1 - cos(pi * weight)) / 2
        return low * (1 - weight) + high * weight
