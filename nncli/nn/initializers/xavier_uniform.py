"""Xavier (Glorot) uniform initializer."""

from __future__ import annotations

from dataclasses import dataclass
from math import sqrt

import numpy as np

from nncli.core.types import Array, Shape
from nncli.nn.initializer import Initializer, initializer


@initializer("xavier_uniform", "glorot_uniform")
@dataclass(frozen=True)
class XavierUniform(Initializer):
    """Xavier (Glorot) uniform initializer: w ~ U(-b, b), b = sqrt(6 / (fan_in + fan_out)).

    The variance is 2 / (fan_in + fan_out), as for xavier.

    Reference: Glorot and Bengio, AISTATS 2010, equation 16.
    """

    def draw(self, random: np.random.Generator, shape: Shape, fan_in: int, fan_out: int) -> Array:
        """Draw from the uniform distribution."""
        bound = sqrt(6 / (fan_in + fan_out))
        return random.uniform(-bound, bound, shape)
