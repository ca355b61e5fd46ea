"""The base class of global pooling layers."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import ClassVar

from nncli.core.errors import ShapeError
from nncli.core.types import Array, Shape
from nncli.nn.layer import Backward, Context, Layer, Tree
from nncli.ops.signatures import Pooled


@dataclass(frozen=True)
class GlobalPool(Layer):
    """The base of global pooling layers, which reduce every channel to one value."""

    axes: ClassVar[tuple[str, ...]]  # names of the axes before the channels

    def pool(self, x: Array) -> Pooled:
        """Return (output, function from dy to dx) of pooling over all positions.

        Shape: (n, positions, channels) -> (n, channels)
        """
        raise NotImplementedError

    def output_shape(self, input_shape: Shape) -> Shape:
        """Return (channels,)."""
        if len(input_shape) != len(self.axes) + 1:
            raise ShapeError(f"wants ({', '.join(self.axes)}, channels)")
        if 0 in input_shape:
            raise ShapeError(f"wants a {' and a '.join(self.axes)} of at least 1")
        return input_shape[-1:]

    def forward(self, p: Tree, x: Array, ctx: Context) -> tuple[Array, Backward]:
        """Pool over all positions."""
        shape = x.shape
        y, pool_backward = self.pool(x.reshape(len(x), math.prod(shape[1:-1]), shape[-1]))
        return y, lambda dy, g: pool_backward(dy).reshape(shape) if ctx.input_gradient else None
