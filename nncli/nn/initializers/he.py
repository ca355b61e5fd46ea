"""He, for relu networks."""

from __future__ import annotations

from dataclasses import dataclass
from math import sqrt

import numpy as np

from nncli.core.types import Array, Shape
from nncli.nn.initializer import Initializer, initializer


@initializer("he", "he_normal", "kaiming", "kaiming_normal")
@dataclass(frozen=True)
class He(Initializer):
    """Keep the variance of a relu network's outputs: w ~ N(0, 2 / fan_in).

    Keras cuts the numbers of its he_normal off at two standard deviations; here, as in PyTorch, none is cut off.

    Reference: He et al., ICCV 2015, in its normal form.
    """

    def draw(self, random: np.random.Generator, shape: Shape, fan_in: int, fan_out: int) -> Array:
        """Normal numbers of that shape."""
        return random.standard_normal(shape) * sqrt(2 / fan_in)
