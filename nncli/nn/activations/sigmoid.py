"""Sigmoid."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from nncli.core.types import Array
from nncli.nn.activation import Activation, activation
from nncli.nn.layer import Backward, Context, Tree


def sigmoid(z: Array) -> Array:
    """Return 1 / (1 + exp(-z)); only exponentials of negative numbers are computed, so that nothing overflows."""
    e = np.exp(-np.abs(z))
    y: Array = np.maximum(e, z >= 0)  # 1 for z >= 0, otherwise e; several times as fast as np.where
    e += 1
    y /= e
    return y


@activation("sigmoid")
@dataclass(frozen=True)
class Sigmoid(Activation):
    """Sigmoid (logistic function): y = 1 / (1 + exp(-x)).

    dy/dx = y * (1 - y)

    Shape: (*) -> (*), outputs in [0, 1]
    """

    output_range = (0.0, 1.0)

    def forward(self, p: Tree, x: Array, ctx: Context) -> tuple[Array, Backward]:
        """Apply the sigmoid."""
        y = sigmoid(x)
        return y, lambda dy, g: dy * (y * (1 - y))
