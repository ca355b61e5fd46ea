"""Pooling by its definition, for one image, channel and window at a time."""

from __future__ import annotations

import numpy as np

from nncli.core.types import Array
from tests.oracle.windows import Pair, extract_window, inside, output_size, to_pair, windows

Size = int | Pair


def mask_of_maximum(window: Array) -> Array:
    """Mark the largest entry of a window (height, width); in ties, the first one in row order."""
    mask = np.zeros(window.shape, bool)
    largest, where = -np.inf, None
    for i in range(window.shape[0]):
        for j in range(window.shape[1]):
            if window[i, j] > largest:
                largest, where = window[i, j], (i, j)
    assert where is not None, "the window contains only padding"
    mask[where] = True
    return mask


def spread_evenly(value: float, window: Size) -> Array:
    """Return a window (height, width) whose entries share a value equally."""
    height, width = to_pair(window)
    return np.full((height, width), value / (height * width))


def max_forward(x: Array, window: Size, stride: Size, padding: str | Size) -> Array:
    """Pool (n, height, width, channels) to (n, rows, columns, channels) by the maximum."""
    return _forward(x, window, stride, padding, -np.inf, lambda piece: piece[mask_of_maximum(piece)][0])


def average_forward(x: Array, window: Size, stride: Size, padding: str | Size) -> Array:
    """Pool (n, height, width, channels) to (n, rows, columns, channels) by the mean, including padded zeros."""
    return _forward(x, window, stride, padding, 0.0, lambda piece: sum(piece.ravel().tolist()) / piece.size)


def max_backward(dy: Array, x: Array, window: Size, stride: Size, padding: str | Size) -> Array:
    """Return the gradient of the inputs: the gradient of each window goes to its first maximum."""

    def share(slope: float, piece: Array) -> Array:
        return slope * mask_of_maximum(piece)

    return _backward(dy, x, window, stride, padding, share)


def average_backward(dy: Array, x: Array, window: Size, stride: Size, padding: str | Size) -> Array:
    """Return the gradient of the inputs: the gradient of each window is spread evenly."""
    return _backward(dy, x, window, stride, padding, lambda slope, piece: spread_evenly(slope, window))


def _forward(x, window, stride, padding, outside, pooled):
    size = x.shape[1:3]
    y = np.full((len(x), *output_size(size, window, stride, padding), x.shape[3]), np.nan)
    for n, c in np.ndindex(len(x), x.shape[3]):
        for (row, column), corner in windows(size, window, stride, padding):
            y[n, row, column, c] = pooled(extract_window(x[n, :, :, c], corner, window, outside))
    return y


def _backward(dy, x, window, stride, padding, share):
    size = x.shape[1:3]
    dx = np.zeros_like(x)
    for n, c in np.ndindex(len(x), x.shape[3]):
        for (row, column), corner in windows(size, window, stride, padding):
            shares = share(dy[n, row, column, c], extract_window(x[n, :, :, c], corner, window, -np.inf))
            for place, (i, j) in inside(size, corner, window):
                dx[n, i, j, c] += shares[place]
    return dx
