"""Flatten."""

from __future__ import annotations

import math
from dataclasses import dataclass

from nncli.core.types import Array, Shape
from nncli.nn.layer import Backward, Context, Layer, Tree, layer


@layer("flatten")
@dataclass(frozen=True)
class Flatten(Layer):
    """Flatten every row to one axis, in C order (the last axis varies fastest).

    Shape: (*) -> (product of *,)
    """

    def output_shape(self, input_shape: Shape) -> Shape:
        """Return one axis, with the product of all axes."""
        return (math.prod(input_shape),)

    def forward(self, p: Tree, x: Array, ctx: Context) -> tuple[Array, Backward]:
        """Reshape the input."""
        shape = x.shape
        return x.reshape(shape[0], math.prod(shape[1:])), lambda dy, g: dy.reshape(shape)
