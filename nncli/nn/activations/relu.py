"""The rectified linear unit."""

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
    """y = max(x, 0); its derivative at 0 is taken as 0.

    Shape: (*) -> (*)
    Reference: Nair and Hinton, ICML 2010.
    """

    output_range = (0.0, math.inf)

    def forward(self, p: Tree, x: Array, ctx: Context) -> tuple[Array, Backward]:
        """Replace negative numbers by 0."""
        ops = current_ops()
        y = ops.relu(x)
        return y, lambda dy, g: ops.relu_gradient(y, dy)
