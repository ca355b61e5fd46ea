"""Geometry of sliding windows over images: sizes, padding and the views that a window position gives."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Annotated, Literal, TypeAlias

import numpy as np
from annotated_types import Ge

from nncli.core.errors import ShapeError
from nncli.core.types import Array, Shape

Size: TypeAlias = Annotated[int, Ge(1)] | tuple[Annotated[int, Ge(1)], Annotated[int, Ge(1)]]
Padding: TypeAlias = (
    Literal["valid", "same"] | Annotated[int, Ge(0)] | tuple[Annotated[int, Ge(0)], Annotated[int, Ge(0)]]
)


def pair(size: int | tuple[int, int]) -> tuple[int, int]:
    """(height, width) of a size given as a number or as a pair."""
    return (size, size) if isinstance(size, int) else size


@dataclass(frozen=True)
class Windows:
    """Where the windows of a convolution or pooling layer lie.

    Along each axis of n entries, window k and stride s:
        a number p:  p zeros on both sides; floor((n + 2p - k) / s) + 1 windows
        valid:       p = 0
        same:        ceil(n / s) windows, zeros to fit them, the odd one at the end (bottom and right)

    Args:
        input: (height, width, channels).
        window: (height, width) of one window.
        stride: (height, width) from one window to the next.
        before: rows above and columns left of the input that are padding.
        after: rows below and columns right of it.
        output: how many windows there are down and across.
    """

    input: tuple[int, int, int]
    window: tuple[int, int]
    stride: tuple[int, int]
    before: tuple[int, int]
    after: tuple[int, int]
    output: tuple[int, int]

    @staticmethod
    @lru_cache(maxsize=256)
    def over(
        input_shape: Shape,
        window: int | tuple[int, int],
        stride: int | tuple[int, int],
        padding: str | int | tuple[int, int],
    ) -> Windows:
        """The windows of a layer over inputs of that shape.

        Raises:
            ShapeError: "wants ..." where the input is no image or smaller than a window.
        """
        if len(input_shape) != 3:
            raise ShapeError("wants (height, width, channels)")
        (height, width, channels), sizes, steps = input_shape, pair(window), pair(stride)
        before, after, output = [], [], []
        for axis, (n, k, s) in enumerate(zip((height, width), sizes, steps, strict=True)):
            if padding == "same":
                count = -(-n // s)
                total = max((count - 1) * s + k - n, 0)
                first = total // 2
            else:
                first = 0 if isinstance(padding, str) else pair(padding)[axis]
                total = 2 * first
                count = (n + total - k) // s + 1
            if n + total < k or n == 0:
                raise ShapeError(
                    f"wants at least {sizes[0]} rows and {sizes[1]} columns, padding included, for its window"
                )
            before.append(first)
            after.append(total - first)
            output.append(count)
        return Windows((height, width, channels), sizes, steps, _two(before), _two(after), _two(output))

    @property
    def padded(self) -> bool:
        """Whether there is any padding."""
        return any(self.before) or any(self.after)

    @property
    def tiled(self) -> bool:
        """Whether the windows cover the input without overlap, rest or padding."""
        exact = all(k * count == n for k, count, n in zip(self.window, self.output, self.input, strict=False))
        return exact and self.stride == self.window and not self.padded

    def pad(self, x: Array, value: float = 0.0) -> Array:
        """The images with their padding: (n, height, width, channels) -> (n, padded height, padded width, channels)."""
        if not self.padded:
            return x
        n, height, width, channels = x.shape
        (top, left), (bottom, right) = self.before, self.after
        padded = np.full((n, top + height + bottom, left + width + right, channels), value, x.dtype)
        padded[:, top : top + height, left : left + width] = x
        return padded

    def crop(self, padded: Array) -> Array:
        """The images without their padding, as a view."""
        (top, left), (height, width, _) = self.before, self.input
        return padded[:, top : top + height, left : left + width]

    def positions(self) -> Iterator[tuple[int, int, tuple[slice, slice, slice]]]:
        """(row, column, index) for every position within a window, in row order.

        The index takes from padded images the entry at that position of every window: (n, *output, channels).
        """
        (rows, columns), (down, across) = self.output, self.stride
        for i in range(self.window[0]):
            for j in range(self.window[1]):
                vertical = slice(i, i + down * (rows - 1) + 1, down)
                yield i, j, (slice(None), vertical, slice(j, j + across * (columns - 1) + 1, across))


def _two(values: list[int]) -> tuple[int, int]:
    return values[0], values[1]
