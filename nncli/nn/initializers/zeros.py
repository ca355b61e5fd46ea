"""Zeros initializer."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from nncli.core.types import Array, Shape
from nncli.nn.initializer import Initializer, initializer


@initializer("zeros")
@dataclass(frozen=True)
class Zeros(Initializer):
    """Zeros initializer: w = 0."""

    def draw(self, random: np.random.Generator, shape: Shape, fan_in: int, fan_out: int) -> Array:
        """Return zeros."""
        return np.zeros(shape)
