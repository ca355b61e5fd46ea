"""The base of pooling layers with windows."""

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
    """Pools every channel by itself over windows of `pool_size` of an image, or of a length as an image of height 1."""

    pool_size: Size = 2
    stride: Size | None = None
    padding: Padding = "valid"

    def conflicts(self) -> Iterable[tuple[str, str]]:
        """Report padding as large as a window, which would leave windows of nothing but padding."""
        sizes, paddings = pair(self.pool_size), (0, 0) if isinstance(self.padding, str) else pair(self.padding)
        if any(p >= k for p, k in zip(paddings, sizes, strict=True)):
            yield "padding", f"expected less than the pool_size {self.pool_size}; got {self.padding}"

    def windows(self, input_shape: Shape) -> Windows:
        """Return the windows over inputs of a shape."""
        raise NotImplementedError

    def pool(self, images: Array, windows: Windows) -> Pooled:
        """Pool over windows, and return the function from dy to dx, which may overwrite dy.

        Shape: (n, height, width, channels) -> (n, rows, columns, channels)
        """
        raise NotImplementedError

    def output_shape(self, input_shape: Shape) -> Shape:
        """One entry for every window and channel."""
        return (*self.windows(input_shape).output[3 - len(input_shape) :], input_shape[-1])

    def forward(self, p: Tree, x: Array, ctx: Context) -> tuple[Array, Backward]:
        """Pool the images."""
        shape, windows = x.shape, self.windows(x.shape[1:])
        y, pool_backward = self.pool(x.reshape(len(x), *windows.input, shape[-1]), windows)
        outputs = y.shape  # (n, rows, columns, channels)

        def backward(dy: Array, g: Tree) -> Array | None:
            return pool_backward(dy.reshape(outputs)).reshape(shape) if ctx.input_gradient else None

        return y.reshape(len(x), *outputs[5 - len(shape) :]), backward


@dataclass(frozen=True)
class Pool2D(Pool):
    """Pools over windows of images."""

    def windows(self, input_shape: Shape) -> Windows:
        """Return the windows over images of a shape."""
        return Windows.over(input_shape, self.pool_size, self.stride or self.pool_size, self.padding)


@dataclass(frozen=True)
class Pool1D(Pool):
    """Pools over windows of a length."""

    pool_size: Length = 2
    stride: Length | None = None
    padding: LengthPadding = "valid"

    def windows(self, input_shape: Shape) -> Windows:
        """Return the windows over a length as an image of height 1."""
        return Windows.along(input_shape, self.pool_size, self.stride or self.pool_size, self.padding)
