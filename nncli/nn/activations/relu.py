"""Rectified linear unit."""

from __future__ import annotations

import math
from dataclasses import dataclass

from nncli.core.types import Array
from nncli.nn.activation import Activation, activation
from nncli.nn.layer import Backward, Context, Tree
from nncli.ops import current_ops


@activation("relu")
@dataclass(frozen=True)
class ReLU(Activation):
    """Rectified linear unit: y = max(x, 0).

    dy/dx = 1 for x > 0, otherwise 0, also at 0.

    Shape: (*) -> (*), outputs at least 0
    Reference: Nair and Hinton, ICML 2010.
    """

    output_range = (0.0, math.inf)

    def forward(self, p: Tree, x: Array, ctx: Context) -> tuple[Array, Backward]:
        """Apply ReLU."""
        ops = current_ops()
        y = ops.relu(x)
        return y, lambda dy, g: ops.relu_gradient(y, dy)
