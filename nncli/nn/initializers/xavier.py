"""Xavier (Glorot) normal initializer."""

from __future__ import annotations

from dataclasses import dataclass
from math import sqrt

import numpy as np

from nncli.core.types import Array, Shape
from nncli.nn.initializer import Initializer, initializer


@initializer("xavier", "xavier_normal", "glorot", "glorot_normal")
@dataclass(frozen=True)
class Xavier(Initializer):
    """Xavier (Glorot) normal initializer, for linear, sigmoid and tanh networks: w ~ N(0, 2 / (fan_in + fan_out)).

    It preserves the variance of activations and gradients through linear layers. As in PyTorch, the distribution is not
    truncated; Keras truncates it at two standard deviations.

    Reference: Glorot and Bengio, AISTATS 2010.
    """

    def draw(self, random: np.random.Generator, shape: Shape, fan_in: int, fan_out: int) -> Array:
        """Draw from the normal distribution."""
        return random.standard_normal(shape) * sqrt(2 / (fan_in + fan_out))
