"""Sliding windows over images: sizes, padding, and the elements at every position of the window."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache

import numpy as np

from nncli.core.errors import ShapeError
from nncli.core.types import Array, Shape


def pair(size: int | tuple[int, int]) -> tuple[int, int]:
    """Return (height, width) of a size given as a number or as a pair."""
    return (size, size) if isinstance(size, int) else size


@dataclass(frozen=True)
class Windows:
    """The windows of a convolution or pooling layer.

    Along an axis of length n, a window of k elements with dilation d spans (k - 1) * d + 1 elements. With stride s:
        a number p:  p zeros on both sides; floor((n + 2 * p - span) / s) + 1 windows
        valid:       p = 0
        same:        ceil(n / s) windows, with as many zeros as needed; if their number is odd, there is one zero more
                     at the end (bottom, right)

    Args:
        input: (height, width) of the images.
        window: (height, width) of one window, in elements.
        stride: (vertical, horizontal) step from one window to the next.
        dilation: (vertical, horizontal) step from one element of a window to the next.
        before: (top, left) padding; negative padding crops the input.
        after: (bottom, right) padding; negative padding crops the input.
        output: (rows, columns) of windows.
    """

    input: tuple[int, int]
    window: tuple[int, int]
    stride: tuple[int, int]
    dilation: tuple[int, int]
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
        dilation: int | tuple[int, int] = 1,
    ) -> Windows:
        """Return the windows over images of this shape.

        Raises:
            ShapeError: if the input is not an image or is smaller than a window; the message starts with "wants".
        """
        if len(input_shape) != 3:
            raise ShapeError("wants (height, width, channels)")
        size, steps = input_shape[:2], pair(stride)
        spans = _spans(pair(window), pair(dilation))
        before, after, output = [], [], []
        for axis, (n, span, s) in enumerate(zip(size, spans, steps, strict=True)):
            if padding == "same":
                count = -(-n // s)
                total = max((count - 1) * s + span - n, 0)
                first = total // 2
            else:
                first = 0 if isinstance(padding, str) else pair(padding)[axis]
                total = 2 * first
                count = (n + total - span) // s + 1
            if n + total < span or n == 0:
                what = "window" if pair(dilation) == (1, 1) else "dilated window"
                raise ShapeError(
                    f"wants at least {spans[0]} rows and {spans[1]} columns, padding included, for its {what}"
                )
            before.append(first)
            after.append(total - first)
            output.append(count)
        return Windows(_two(size), pair(window), steps, pair(dilation), _two(before), _two(after), _two(output))

    @staticmethod
    @lru_cache(maxsize=256)
    def along(input_shape: Shape, window: int, stride: int, padding: str | int, dilation: int = 1) -> Windows:
        """Return the windows over sequences of this shape, treated as images of height 1.

        Raises:
            ShapeError: if the input is not a sequence or is shorter than a window; the message starts with "wants".
        """
        if len(input_shape) != 2:
            raise ShapeError("wants (length, channels)")
        around = padding if isinstance(padding, str) else (0, padding)
        try:
            return Windows.over((1, *input_shape), (1, window), (1, stride), around, (1, dilation))
        except ShapeError:
            ((_, span), what) = _spans((1, window), (1, dilation)), "window" if dilation == 1 else "dilated window"
            raise ShapeError(f"wants a length of at least {span}, padding included, for its {what}") from None

    @cached_property
    def padded(self) -> bool:
        """Whether there is any padding."""
        return any(self.before) or any(self.after)

    @cached_property
    def padded_size(self) -> tuple[int, int]:
        """(height, width) of the padded input."""
        return _two([sum(sizes) for sizes in zip(self.before, self.input, self.after, strict=True)])

    @cached_property
    def tiled(self) -> bool:
        """Whether the windows cover the input exactly, without overlap or padding."""
        exact = all(k * count == n for k, count, n in zip(self.window, self.output, self.input, strict=True))
        return exact and self.stride == self.window and self.dilation == (1, 1) and not self.padded

    def pad(self, x: Array, value: float = 0.0) -> Array:
        """Pad the images: (n, height, width, channels) -> (n, padded height, padded width, channels)."""
        if not self.padded:
            return x
        (top, left), (bottom, right), (height, width) = self.before, self.after, self.input
        shape = (len(x), top + height + bottom, left + width + right, x.shape[3])
        padded = np.full(shape, value, x.dtype) if value else np.zeros(shape, x.dtype)  # np.zeros is faster
        inner = x[:, max(-top, 0) : height + min(bottom, 0), max(-left, 0) : width + min(right, 0)]
        padded[:, max(top, 0) :, max(left, 0) :][:, : inner.shape[1], : inner.shape[2]] = inner
        return padded

    def crop(self, padded: Array) -> Array:
        """Return a view of the images without their padding."""
        (top, left), (height, width) = self.before, self.input
        return padded[:, top : top + height, left : left + width]

    def positions(self) -> Iterator[tuple[int, int, tuple[slice, slice, slice]]]:
        """Yield (row, column, index) for every position in a window, in row order.

        padded[index] contains the element at this position of every window: (n, *output, channels).
        """
        (rows, columns), (down, across), (step_down, step_across) = self.output, self.stride, self.dilation
        for i in range(self.window[0]):
            for j in range(self.window[1]):
                top, left = i * step_down, j * step_across
                vertical = slice(top, top + down * (rows - 1) + 1, down)
                yield i, j, (slice(None), vertical, slice(left, left + across * (columns - 1) + 1, across))

    def scatter_add(self, padded: Array, contribution: Callable[[int, int], Array]) -> Array:
        """Add the contributions of all windows to the elements of an image; return the sums without the padding.

        Args:
            padded: the padded images; only their shape and dtype matter.
            contribution: function of (row, column), a position in the window, that returns the numbers to add to the
                element at this position of every window: (n, *output, channels).
        """
        total = np.zeros_like(padded)
        for i, j, index in self.positions():
            total[index] += contribution(i, j)
        return self.crop(total)

    @cached_property
    def transposed(self) -> Windows:
        """The windows of the transposed convolution, for stride 1: windows over the output, one per input element.

        Row r of the input contributes, as row i of a window, to row r + before - i * d of the output. In reverse order,
        these output rows form a window. So the gradient of the input is a convolution of the gradient of the output
        over these windows, with the kernel rotated by 180 degrees.
        """
        spans = _spans(self.window, self.dilation)
        before, after = (
            _two([span - 1 - zeros for span, zeros in zip(spans, padding, strict=True)])
            for padding in (self.before, self.after)
        )
        return replace(self, input=self.output, output=self.input, before=before, after=after)


def _spans(window: tuple[int, int], dilation: tuple[int, int]) -> tuple[int, int]:
    """Return the span of a window with its dilation, (height, width)."""
    return _two([(k - 1) * d + 1 for k, d in zip(window, dilation, strict=True)])


def _two(values: Sequence[int]) -> tuple[int, int]:
    return values[0], values[1]
