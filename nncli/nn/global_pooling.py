"""What the pooling layers share that leave one entry of every channel."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import ClassVar

from nncli.core.errors import ShapeError
from nncli.core.types import Array, Shape
from nncli.nn.layer import Backward, Context, Layer, Tree
from nncli.nn.pooling import Pooled


@dataclass(frozen=True)
class GlobalPool(Layer):
    """All entries of every channel by itself."""

    axes: ClassVar[tuple[str, ...]]  # those before the channels

    def pool(self, entries: Array) -> Pooled:
        """(n, entries, channels) -> (n, channels)."""
        raise NotImplementedError

    def output_shape(self, input_shape: Shape) -> Shape:
        """One entry a channel."""
        if len(input_shape) != len(self.axes) + 1:
            raise ShapeError(f"wants ({', '.join(self.axes)}, channels)")
        if 0 in input_shape:
            raise ShapeError(f"wants a {' and a '.join(self.axes)} of at least 1")
        return input_shape[-1:]

    def forward(self, p: Tree, x: Array, ctx: Context) -> tuple[Array, Backward]:
        """What `pool` makes of the entries."""
        shape = x.shape
        y, back = self.pool(x.reshape(len(x), math.prod(shape[1:-1]), shape[-1]))
        return y, lambda dy, g: back(dy).reshape(shape) if ctx.input_gradient else None
