"""Pooling from its definition, one image, one channel and one window at a time."""

from __future__ import annotations

import numpy as np

from nncli.core.types import Array
from tests.oracle.windows import Pair, both, cut_out, inside, output_size, windows

Size = int | Pair


def mask_of_maximum(window: Array) -> Array:
    """True at the largest entry of a window (height, width) and nowhere else; at the first in row order of several."""
    mask = np.zeros(window.shape, bool)
    largest, where = -np.inf, None
    for i in range(window.shape[0]):
        for j in range(window.shape[1]):
            if window[i, j] > largest:
                largest, where = window[i, j], (i, j)
    assert where is not None, "a window of nothing but padding"
    mask[where] = True
    return mask


def evenly_spread(value: float, window: Size) -> Array:
    """A window (height, width) in which every entry has the same share of a value."""
    height, width = both(window)
    return np.full((height, width), value / (height * width))


def max_forward(x: Array, window: Size, stride: Size, padding: str | Size) -> Array:
    """(n, height, width, channels) -> (n, rows, columns, channels): the entry under the mask."""
    return _forward(x, window, stride, padding, -np.inf, lambda piece: piece[mask_of_maximum(piece)][0])


def average_forward(x: Array, window: Size, stride: Size, padding: str | Size) -> Array:
    """(n, height, width, channels) -> (n, rows, columns, channels): the mean, zeros of the padding counted."""
    return _forward(x, window, stride, padding, 0.0, lambda piece: sum(piece.ravel().tolist()) / piece.size)


def max_backward(dy: Array, x: Array, window: Size, stride: Size, padding: str | Size) -> Array:
    """The gradient of the inputs: each window's goes to the entry under its mask."""

    def share(slope: float, piece: Array) -> Array:
        return slope * mask_of_maximum(piece)

    return _backward(dy, x, window, stride, padding, share)


def average_backward(dy: Array, x: Array, window: Size, stride: Size, padding: str | Size) -> Array:
    """The gradient of the inputs: each window's is spread evenly."""
    return _backward(dy, x, window, stride, padding, lambda slope, piece: evenly_spread(slope, window))


def _forward(x, window, stride, padding, outside, pooled):
    size = x.shape[1:3]
    y = np.full((len(x), *output_size(size, window, stride, padding), x.shape[3]), np.nan)
    for n, c in np.ndindex(len(x), x.shape[3]):
        for (row, column), corner in windows(size, window, stride, padding):
            y[n, row, column, c] = pooled(cut_out(x[n, :, :, c], corner, window, outside))
    return y


def _backward(dy, x, window, stride, padding, share):
    size = x.shape[1:3]
    dx = np.zeros_like(x)
    for n, c in np.ndindex(len(x), x.shape[3]):
        for (row, column), corner in windows(size, window, stride, padding):
            shares = share(dy[n, row, column, c], cut_out(x[n, :, :, c], corner, window, -np.inf))
            for place, (i, j) in inside(size, corner, window):
                dx[n, i, j, c] += shares[place]
    return dx
