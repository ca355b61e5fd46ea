"""Hard swish."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from nncli.core.types import Array
from nncli.nn.activation import Activation, activation
from nncli.nn.layer import Backward, Context, Tree


@activation("hard_swish", "hardswish", "hard_silu")
@dataclass(frozen=True)
class HardSwish(Activation):
    """Hard swish, a piecewise approximation of silu: y = x * h with h = min(max(x + 3, 0), 6) / 6.

    dy/dx = h + x / 6 for |x| < 3, otherwise h, also at -3 and 3.

    Shape: (*) -> (*), outputs at least -0.375 (at x = -1.5)
    Reference: Howard et al., Searching for MobileNetV3, ICCV 2019.
    """

    output_range = (-0.375, math.inf)

    def forward(self, p: Tree, x: Array, ctx: Context) -> tuple[Array, Backward]:
        """Apply hard swish."""
        h = x + 3
        np.clip(h, 0, 6, out=h)
        h /= 6

        def backward(dy: Array, g: Tree) -> Array:
            slope: Array = x * (np.abs(x) < 3)
            slope /= 6
            slope += h
            dy *= slope
            return dy

        return x * h, backward
