"""Hyperbolic tangent."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from nncli.core.types import Array
from nncli.nn.activation import Activation, activation
from nncli.nn.layer import Backward, Context, Tree


@activation("tanh")
@dataclass(frozen=True)
class Tanh(Activation):
    """Hyperbolic tangent: y = tanh(x).

    dy/dx = 1 - y^2

    Shape: (*) -> (*), outputs in [-1, 1]
    """

    output_range = (-1.0, 1.0)

    def forward(self, p: Tree, x: Array, ctx: Context) -> tuple[Array, Backward]:
        """Apply the hyperbolic tangent."""
        y = np.tanh(x)
        return y, lambda dy, g: dy * (1 - y * y)
