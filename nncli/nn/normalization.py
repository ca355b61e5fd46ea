"""What the layers that normalise share."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from nncli.core.types import Array, Shape
from nncli.nn.bias import BIAS
from nncli.nn.initializer import Initializer


@dataclass(frozen=True)
class Ones(Initializer):
    """All ones: w = 1."""

    def draw(self, random: np.random.Generator, shape: Shape, fan_in: int, fan_out: int) -> Array:
        """Ones of that shape."""
        return np.ones(shape)


ZEROS = BIAS  # how shifts begin
ONES: tuple[Initializer, int, int] = (Ones(), 1, 1)  # how scales begin
