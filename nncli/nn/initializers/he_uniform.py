"""He uniform initializer."""

from __future__ import annotations

from dataclasses import dataclass
from math import sqrt

import numpy as np

from nncli.core.types import Array, Shape
from nncli.nn.initializer import Initializer, initializer


@initializer("he_uniform", "kaiming_uniform")
@dataclass(frozen=True)
class HeUniform(Initializer):
    """He uniform initializer, for relu networks: w ~ U(-b, b), b = sqrt(6 / fan_in).

    The variance is 2 / fan_in, as for he.

    Reference: He et al., ICCV 2015.
    """

    def draw(self, random: np.random.Generator, shape: Shape, fan_in: int, fan_out: int) -> Array:
        """Draw from the uniform distribution."""
        bound = sqrt(6 / fan_in)
        return random.uniform(-bound, bound, shape)
