"""Constant initializer."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from nncli.core.types import Array, Shape
from nncli.nn.initializer import Initializer, initializer


@initializer("constant")
@dataclass(frozen=True)
class Constant(Initializer):
    """Constant initializer: w = value.

    Args:
        value: value of all weights, any finite number.
    """

    value: float

    def draw(self, random: np.random.Generator, shape: Shape, fan_in: int, fan_out: int) -> Array:
        """Return an array filled with the value."""
        return np.full(shape, float(self.value))
