"""What the pooling layers share: their fields and the windows that they look through."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TypeAlias

from nncli.core.types import Array, Shape
from nncli.nn.layer import Backward, Context, Layer, Tree
from nncli.nn.windows import Length, LengthPadding, Padding, Size, Windows, pair

Pooled: TypeAlias = tuple[Array, Callable[[Array], Array]]  # what comes out, and what takes its gradient back


@dataclass(frozen=True)
class Pool(Layer):
    """Windows of `pool_size` over every channel by itself, of an image or of what `windows` makes one."""

    pool_size: Size = 2
    stride: Size | None = None
    padding: Padding = "valid"

    def conflicts(self) -> Iterable[tuple[str, str]]:
        """Padding as large as a window, which would leave windows with nothing but padding."""
        sizes, paddings = pair(self.pool_size), (0, 0) if isinstance(self.padding, str) else pair(self.padding)
        if any(p >= k for p, k in zip(paddings, sizes, strict=True)):
            yield "padding", f"expected less than the pool_size {self.pool_size}; got {self.padding}"

    def windows(self, input_shape: Shape) -> Windows:
        """The windows over inputs of that shape."""
        raise NotImplementedError

    def pool(self, images: Array, windows: Windows) -> Pooled:
        """(n, height, width, channels) -> (n, rows, columns, channels); back may overwrite the gradient it gets."""
        raise NotImplementedError

    def output_shape(self, input_shape: Shape) -> Shape:
        """One entry a window and channel."""
        return (*self.windows(input_shape).output[3 - len(input_shape) :], input_shape[-1])

    def forward(self, p: Tree, x: Array, ctx: Context) -> tuple[Array, Backward]:
        """What `pool` makes of the images."""
        shape, windows = x.shape, self.windows(x.shape[1:])
        y, back = self.pool(x.reshape(len(x), *windows.input, shape[-1]), windows)
        outputs = y.shape  # (n, rows, columns, channels)

        def backward(dy: Array, g: Tree) -> Array | None:
            return back(dy.reshape(outputs)).reshape(shape) if ctx.input_gradient else None

        return y.reshape(len(x), *outputs[5 - len(shape) :]), backward


@dataclass(frozen=True)
class Pool2D(Pool):
    """Windows over images."""

    def windows(self, input_shape: Shape) -> Windows:
        """The windows over images of that shape."""
        return Windows.over(input_shape, self.pool_size, self.stride or self.pool_size, self.padding)


@dataclass(frozen=True)
class Pool1D(Pool):
    """Windows over a length."""

    pool_size: Length = 2
    stride: Length | None = None
    padding: LengthPadding = "valid"

    def windows(self, input_shape: Shape) -> Windows:
        """The windows over an image of height 1."""
        return Windows.along(input_shape, self.pool_size, self.stride or self.pool_size, self.padding)
