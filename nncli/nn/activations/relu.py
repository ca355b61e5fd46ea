"""The rectified linear unit."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from nncli.core.types import Array
from nncli.nn.activation import Activation, activation
from nncli.nn.layer import Backward, Context, Tree

LARGE = 1 << 14  # numbers


@activation("relu")
@dataclass(frozen=True)
class ReLU(Activation):
    """y = max(x, 0); its derivative at 0 is taken as 0.

    Shape: (*) -> (*)
    Reference: Nair and Hinton, ICML 2010.
    """

    output_range = (0.0, math.inf)
    advised_initializer = "he"

    def forward(self, p: Tree, x: Array, ctx: Context) -> tuple[Array, Backward]:
        """The positive part."""
        y = np.maximum(x, 0) if x.size < LARGE else np.clip(x, 0, math.inf)  # faster there, slower on small arrays
        return y, lambda dy, g: np.multiply(dy, y > 0, out=dy)
