"""LeCun normal initializer."""

from __future__ import annotations

from dataclasses import dataclass
from math import sqrt

import numpy as np

from nncli.core.types import Array, Shape
from nncli.nn.initializer import Initializer, initializer


@initializer("lecun", "lecun_normal")
@dataclass(frozen=True)
class Lecun(Initializer):
    """LeCun normal initializer, for selu networks: w ~ N(0, 1 / fan_in).

    It preserves the variance of activations through linear and selu layers. The distribution is not truncated; Keras
    truncates it at two standard deviations.

    Reference: LeCun, Bottou, Orr and Mueller, "Efficient BackProp", 1998.
    """

    def draw(self, random: np.random.Generator, shape: Shape, fan_in: int, fan_out: int) -> Array:
        """Draw from the normal distribution."""
        return random.standard_normal(shape) * sqrt(1 / fan_in)
