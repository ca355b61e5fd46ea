"""What the pooling layers over images share: their fields and the windows they look through."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from nncli.core.types import Shape
from nncli.nn.layer import Layer
from nncli.nn.windows import Padding, Size, Windows, pair


@dataclass(frozen=True)
class Pool2D(Layer):
    """Windows of `pool_size` over every channel by itself."""

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
        return Windows.over(input_shape, self.pool_size, self.stride or self.pool_size, self.padding)

    def output_shape(self, input_shape: Shape) -> Shape:
        """One entry a window and channel."""
        windows = self.windows(input_shape)
        return (*windows.output, windows.input[2])
