"""The base classes of pooling layers with windows."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from nncli.core.types import Array, Shape
from nncli.nn.layer import Backward, Context, Layer, Tree
from nncli.nn.window_fields import Length, LengthPadding, Padding, Size
from nncli.ops.signatures import Pooled
from nncli.ops.windows import Windows, pair


@dataclass(frozen=True)
class Pool(Layer):
    """The base of pooling layers with windows; a sequence is pooled as an image of height 1."""

    pool_size: Size = 2
    stride: Size | None = None
    padding: Padding = "valid"

    def conflicts(self) -> Iterable[tuple[str, str]]:
        """Refuse padding as large as a window, since some windows would consist of padding only."""
        sizes, paddings = pair(self.pool_size), (0, 0) if isinstance(self.padding, str) else pair(self.padding)
        if any(p >= k for p, k in zip(paddings, sizes, strict=True)):
            yield "padding", f"expected less than the pool_size {self.pool_size}; got {self.padding}"

    def windows(self, input_shape: Shape) -> Windows:
        """Return the windows over an input of this shape."""
        raise NotImplementedError

    def pool(self, images: Array, windows: Windows) -> Pooled:
        """Return (output, function from dy to dx) of pooling over windows; the function may overwrite dy.

        Shape: (n, height, width, channels) -> (n, rows, columns, channels)
        """
        raise NotImplementedError

    def output_shape(self, input_shape: Shape) -> Shape:
        """Return the number of windows along every axis, and the number of channels."""
        return (*self.windows(input_shape).output[3 - len(input_shape) :], input_shape[-1])

    def forward(self, p: Tree, x: Array, ctx: Context) -> tuple[Array, Backward]:
        """Pool over windows."""
        shape, windows = x.shape, self.windows(x.shape[1:])
        y, pool_backward = self.pool(x.reshape(len(x), *windows.input, shape[-1]), windows)
        outputs = y.shape  # (n, rows, columns, channels)

        def backward(dy: Array, g: Tree) -> Array | None:
            return pool_backward(dy.reshape(outputs)).reshape(shape) if ctx.input_gradient else None

        return y.reshape(len(x), *outputs[5 - len(shape) :]), backward


@dataclass(frozen=True)
class Pool2D(Pool):
    """The base of 2D pooling layers."""

    def windows(self, input_shape: Shape) -> Windows:
        """Return the windows over an image of this shape."""
        return Windows.over(input_shape, self.pool_size, self.stride or self.pool_size, self.padding)


@dataclass(frozen=True)
class Pool1D(Pool):
    """The base of 1D pooling layers."""

    pool_size: Length = 2
    stride: Length | None = None
    padding: LengthPadding = "valid"

    def windows(self, input_shape: Shape) -> Windows:
        """Return the windows over a sequence of this shape, as an image of height 1."""
        return Windows.along(input_shape, self.pool_size, self.stride or self.pool_size, self.padding)
