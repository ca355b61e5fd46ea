"""He in its uniform form."""

from __future__ import annotations

from dataclasses import dataclass
from math import sqrt

import numpy as np

from nncli.core.types import Array, Shape
from nncli.nn.initializer import Initializer, initializer


@initializer("he_uniform", "kaiming_uniform")
@dataclass(frozen=True)
class HeUniform(Initializer):
    """The variance of he, 2 / fan_in, within bounds: w ~ U(-b, b), b = sqrt(6 / fan_in).

    Reference: He et al., ICCV 2015.
    """

    def draw(self, random: np.random.Generator, shape: Shape, fan_in: int, fan_out: int) -> Array:
        """Uniform numbers of that shape."""
        bound = sqrt(6 / fan_in)
        return random.uniform(-bound, bound, shape)
