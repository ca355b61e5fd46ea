"""LeCun uniform initializer."""

from __future__ import annotations

from dataclasses import dataclass
from math import sqrt

import numpy as np

from nncli.core.types import Array, Shape
from nncli.nn.initializer import Initializer, initializer


@initializer("lecun_uniform")
@dataclass(frozen=True)
class LecunUniform(Initializer):
    """LeCun uniform initializer, for selu networks: w ~ U(-b, b), b = sqrt(3 / fan_in).

    The variance is 1 / fan_in, as for lecun.

    Reference: LeCun, Bottou, Orr and Mueller, "Efficient BackProp", 1998.
    """

    def draw(self, random: np.random.Generator, shape: Shape, fan_in: int, fan_out: int) -> Array:
        """Draw from the uniform distribution."""
        bound = sqrt(3 / fan_in)
        return random.uniform(-bound, bound, shape)
