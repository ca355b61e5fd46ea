"""He normal initializer."""

from __future__ import annotations

from dataclasses import dataclass
from math import sqrt

import numpy as np

from nncli.core.types import Array, Shape
from nncli.nn.initializer import Initializer, initializer


@initializer("he", "he_normal", "kaiming", "kaiming_normal")
@dataclass(frozen=True)
class He(Initializer):
    """He normal initializer, for relu networks: w ~ N(0, 2 / fan_in).

    It preserves the variance of activations through relu layers. As in PyTorch, the distribution is not truncated;
    Keras truncates it at two standard deviations.

    Reference: He et al., ICCV 2015.
    """

    def draw(self, random: np.random.Generator, shape: Shape, fan_in: int, fan_out: int) -> Array:
        """Draw from the normal distribution."""
        return random.standard_normal(shape) * sqrt(2 / fan_in)
