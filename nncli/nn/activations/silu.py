"""Sigmoid linear unit."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from nncli.core.types import Array
from nncli.nn.activation import Activation, activation
from nncli.nn.activations.sigmoid import sigmoid
from nncli.nn.layer import Backward, Context, Tree


@activation("silu", "swish")
@dataclass(frozen=True)
class SiLU(Activation):
    """Sigmoid linear unit (swish): y = x * s with s = 1 / (1 + exp(-x)).

    dy/dx = s + y * (1 - s)

    Shape: (*) -> (*), outputs at least -0.2785 (at x = -1.2785)
    Reference: Hendrycks and Gimpel, arXiv:1606.08415 (2016); as swish, Ramachandran, Zoph and Le, arXiv:1710.05941
        (2017).
    """

    output_range = (-0.2785, math.inf)

    def forward(self, p: Tree, x: Array, ctx: Context) -> tuple[Array, Backward]:
        """Apply SiLU."""
        s = sigmoid(x)
        y = x * s

        def backward(dy: Array, g: Tree) -> Array:
            slope: Array = np.subtract(1, s)
            slope *= y
            slope += s
            dy *= slope
            return dy

        return y, backward
