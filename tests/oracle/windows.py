"""Positions of windows by the definitions of stride and padding, found by counting along one axis at a time."""

from __future__ import annotations

from collections.abc import Iterator
from math import ceil

import numpy as np

from nncli.core.types import Array

Pair = tuple[int, int]


def to_pair(size: int | Pair) -> Pair:
    """Convert a number or a pair to (height, width)."""
    return size if isinstance(size, tuple) else (size, size)


def zeros_around(n: int, window: int, stride: int, padding: str | int) -> Pair:
    """Return the number of padded zeros (before, after) an axis of n entries.

    For "same" there are ceil(n / stride) windows; the missing zeros are added one by one, alternately
    after and before the entries, so that an odd number of zeros has one more at the end.
    """
    if padding == "valid":
        return 0, 0
    if padding != "same":
        return int(padding), int(padding)
    last_window_ends = (ceil(n / stride) - 1) * stride + window
    before = after = 0
    while before + n + after < last_window_ends:
        if after <= before:
            after += 1
        else:
            before += 1
    return before, after


def starts(n: int, window: int, stride: int, padding: str | int) -> list[int]:
    """Return the start of each window along an axis; a start in the padding is negative."""
    before, after = zeros_around(n, window, stride, padding)
    found, start = [], -before
    while start + window <= n + after:
        found.append(start)
        start += stride
    return found


def span(window: int | Pair, dilation: int | Pair) -> Pair:
    """Return the (height, width) that a window spans, including the entries that dilation skips."""
    height, width = (range(0, k * d, d)[-1] + 1 for k, d in zip(to_pair(window), to_pair(dilation), strict=True))
    return height, width


def windows(
    shape: Pair, window: int | Pair, stride: int | Pair, padding: str | int | Pair, dilation: int | Pair = 1
) -> Iterator[tuple[Pair, Pair]]:
    """Yield ((row, column) of the output, (top, left) of its window) for every window of an image (height, width)."""
    paddings = (padding, padding) if isinstance(padding, str) else to_pair(padding)
    sizes = zip(shape, span(window, dilation), to_pair(stride), paddings, strict=True)
    down, across = (starts(n, k, s, p) for n, k, s, p in sizes)
    for row, top in enumerate(down):
        for column, left in enumerate(across):
            yield (row, column), (top, left)


def output_size(
    shape: Pair, window: int | Pair, stride: int | Pair, padding: str | int | Pair, dilation: int | Pair = 1
) -> Pair:
    """Return the number of windows down and across."""
    places = [place for place, _ in windows(shape, window, stride, padding, dilation)]
    return (places[-1][0] + 1, places[-1][1] + 1) if places else (0, 0)


def inside(shape: Pair, corner: Pair, window: int | Pair, dilation: int | Pair = 1) -> Iterator[tuple[Pair, Pair]]:
    """Yield ((i, j) in the window, (row, column) in the image) in row order, without the padding."""
    (height, width), (down, across) = to_pair(window), to_pair(dilation)
    for i in range(height):
        for j in range(width):
            row, column = corner[0] + i * down, corner[1] + j * across
            if 0 <= row < shape[0] and 0 <= column < shape[1]:
                yield (i, j), (row, column)


def extract_window(image: Array, corner: Pair, window: int | Pair, outside: float, dilation: int | Pair = 1) -> Array:
    """Return a window of an image (height, width, ...), filled with `outside` beyond the edge."""
    piece = np.full((*to_pair(window), *image.shape[2:]), outside)
    for place, source in inside(image.shape[:2], corner, window, dilation):
        piece[place] = image[source]
    return piece
