"""Average pooling, channel by channel; the gradient is spread evenly over the entries."""

from __future__ import annotations

import numpy as np

from nncli.core.types import Array
from nncli.ops.signatures import Pooled
from nncli.ops.windows import Windows


def average_pool(images: Array, windows: Windows) -> Pooled:
    """Average over windows; zeros of the padding count.

    Shape: (n, height, width, channels) -> (n, rows, columns, channels)
    """
    padded = windows.pad(images)
    share = 1 / (windows.window[0] * windows.window[1])
    (_, _, first), *others = windows.positions()
    y = padded[first].copy()  # (n, rows, columns, channels)
    for _, _, index in others:
        y += padded[index]
    y *= share

    def backward(dy: Array) -> Array:
        dy *= share
        return windows.scattered(padded, lambda i, j: dy)

    return y, backward


def global_average_pool(entries: Array) -> Pooled:
    """Average over entries by a product, which BLAS computes faster than NumPy a sum.

    Shape: (n, entries, channels) -> (n, channels)
    """
    shape, dtype = entries.shape, entries.dtype
    shares = np.full(shape[1], 1 / shape[1], dtype)

    def backward(dy: Array) -> Array:
        dx = np.empty(shape, dtype)
        np.multiply(shares[:, None], dy[:, None], out=dx)
        return dx

    return np.matmul(shares, entries), backward
