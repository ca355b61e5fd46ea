"""Softmax."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from nncli.core.errors import ShapeError
from nncli.core.types import Array, Shape
from nncli.nn.activation import Activation, activation
from nncli.nn.layer import Backward, Context, Tree


def softmax(z: Array) -> Array:
    """Return exp(z) / sum(exp(z)) over the last axis; the maximum is subtracted first, so that nothing overflows."""
    if z.size == 0:
        return z.copy()
    y: Array = np.subtract(z, np.maximum.reduce(z, axis=-1, keepdims=True))
    np.exp(y, out=y)
    y /= np.add.reduce(y, axis=-1, keepdims=True)
    return y


@activation("softmax")
@dataclass(frozen=True)
class Softmax(Activation):
    """Softmax over the last axis: y_i = exp(x_i) / sum_j exp(x_j).

    dx = y * (dy - sum_j dy_j * y_j)

    Shape: (*, classes) -> (*, classes), probabilities that sum to 1

    Raises:
        ShapeError: if the last axis has a single unit, since its softmax is always 1.
    """

    output_range = (0.0, 1.0)
    sums_to_one = True

    def output_shape(self, input_shape: Shape) -> Shape:
        """Return the input shape."""
        if input_shape[-1] == 1:
            raise ShapeError("wants two units or more (a single unit always outputs 1; use sigmoid)")
        return input_shape

    def forward(self, p: Tree, x: Array, ctx: Context) -> tuple[Array, Backward]:
        """Apply softmax to the last axis."""
        y = softmax(x)
        return y, lambda dy, g: y * (dy - (dy * y).sum(axis=-1, keepdims=True))
