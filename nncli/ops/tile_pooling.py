"""Max pooling over windows that cover the images exactly, without overlap or padding, in NumPy."""

from __future__ import annotations

import numpy as np

from nncli.core.types import Array
from nncli.ops.signatures import Pooled
from nncli.ops.windows import Windows


def max_pool_tiles(images: Array, windows: Windows) -> Pooled:
    """Take the maximum of every row of a window, then the maximum of these row maxima.

    With this order, ties send the gradient to the first maximum in row order.

    Shape: (n, height, width, channels) -> (n, rows, columns, channels)

    Args:
        images: (n, height, width, channels).
        windows: windows that cover the images exactly, without overlap or padding.
    """
    n, channels = len(images), images.shape[3]
    (down, across), (rows, columns) = windows.window, windows.output
    row_maxima, backward_across = _maximum(images.reshape(n * rows * down * columns, across, channels))
    y, backward_down = _maximum(row_maxima.reshape(n * rows, down, columns * channels))

    def backward(dy: Array) -> Array:
        return backward_across(backward_down(dy.reshape(y.shape)).reshape(row_maxima.shape)).reshape(images.shape)

    return y.reshape(n, rows, columns, channels), backward


def _maximum(entries: Array) -> Pooled:
    """Take the maximum over the second axis, (n, count, columns) -> (n, columns); in ties, the first gets dy."""
    count = entries.shape[1]
    y = entries[:, 0].copy() if count == 1 else np.maximum(entries[:, 0], entries[:, 1])
    for index in range(2, count):
        np.maximum(y, entries[:, index], out=y)

    def backward(dy: Array) -> Array:
        dx = np.empty(entries.shape, entries.dtype)
        rest = dy  # gradient that is not assigned yet: dy until the maximum of a column is found, then 0
        for index in range(count - 1):
            np.multiply(rest, entries[:, index] == y, out=dx[:, index])
            rest = np.subtract(rest, dx[:, index], out=dx[:, -1])
        dx[:, -1] = rest
        return dx

    return y, backward
