"""Means, channel by channel; the gradient is spread evenly over the entries."""

from __future__ import annotations

import numpy as np

from nncli.core.types import Array
from nncli.nn.pooling import Pooled
from nncli.nn.windows import Windows


def mean_of_windows(images: Array, windows: Windows) -> Pooled:
    """(n, height, width, channels) -> (n, rows, columns, channels); zeros of the padding count."""
    padded = windows.pad(images)
    share = 1 / (windows.window[0] * windows.window[1])
    (_, _, first), *others = windows.positions()
    y = padded[first].copy()  # (n, rows, columns, channels)
    for _, _, index in others:
        y += padded[index]
    y *= share

    def back(dy: Array) -> Array:
        dy *= share
        return windows.scattered(padded, lambda i, j: dy)

    return y, back


def mean_of_all(entries: Array) -> Pooled:
    """(n, entries, channels) -> (n, channels), as a product with shares, which BLAS does faster than a sum."""
    shape, dtype = entries.shape, entries.dtype
    shares = np.full(shape[1], 1 / shape[1], dtype)

    def back(dy: Array) -> Array:
        dx = np.empty(shape, dtype)
        np.multiply(shares[:, None], dy[:, None], out=dx)
        return dx

    return np.matmul(shares, entries), back
