"""LeCun, for networks that normalize themselves."""

from __future__ import annotations

from dataclasses import dataclass
from math import sqrt

import numpy as np

from nncli.core.types import Array, Shape
from nncli.nn.initializer import Initializer, initializer


@initializer("lecun", "lecun_normal")
@dataclass(frozen=True)
class Lecun(Initializer):
    """Keep the variance of a linear or selu network going forward: w ~ N(0, 1 / fan_in).

    Keras cuts the numbers of its lecun_normal off at two standard deviations; here none is cut off.

    Reference: LeCun, Bottou, Orr and Mueller, "Efficient BackProp", 1998, in its normal form.
    """

    def draw(self, random: np.random.Generator, shape: Shape, fan_in: int, fan_out: int) -> Array:
        """Normal numbers of that shape."""
        return random.standard_normal(shape) * sqrt(1 / fan_in)
