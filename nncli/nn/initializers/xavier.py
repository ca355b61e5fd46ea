"""Xavier, for linear and tanh networks."""

from __future__ import annotations

from dataclasses import dataclass
from math import sqrt

import numpy as np

from nncli.core.types import Array, Shape
from nncli.nn.initializer import Initializer, initializer


@initializer("xavier", "xavier_normal", "glorot", "glorot_normal")
@dataclass(frozen=True)
class Xavier(Initializer):
    """Keep the variance of a linear or tanh network in both directions: w ~ N(0, 2 / (fan_in + fan_out)).

    Keras cuts the numbers of its glorot_normal off at two standard deviations; here, as in PyTorch, none is cut off.

    Reference: Glorot and Bengio, AISTATS 2010, in its normal form.
    """

    def draw(self, random: np.random.Generator, shape: Shape, fan_in: int, fan_out: int) -> Array:
        """Normal numbers of that shape."""
        return random.standard_normal(shape) * sqrt(2 / (fan_in + fan_out))
