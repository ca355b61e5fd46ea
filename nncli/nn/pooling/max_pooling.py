"""Max pooling, channel by channel; the gradient goes to the largest entry, the first of several in row order.

Where the largest entry or the gradient is not finite, the result is undefined; such a step is not taken.
"""

from __future__ import annotations

import numpy as np

from nncli.core.types import Array
from nncli.ops import current_ops
from nncli.ops.signatures import Pooled
from nncli.ops.windows import Windows


def max_pool(images: Array, windows: Windows) -> Pooled:
    """Take the maximum over windows; padding never wins.

    Shape: (n, height, width, channels) -> (n, rows, columns, channels)
    """
    return current_ops().max_pool_tiles(images, windows) if windows.tiled else _max_pool_sliding(images, windows)


def _max_pool_sliding(images: Array, windows: Windows) -> Pooled:
    padded = windows.pad(images, -np.inf)
    (_, _, first), *others = windows.positions()
    y = padded[first].copy()  # (n, rows, columns, channels)
    for _, _, index in others:
        np.maximum(y, padded[index], out=y)

    def backward(dy: Array) -> Array:
        dx = np.zeros_like(padded)
        pending = np.ones(y.shape, bool)  # windows whose maximum has not been met yet
        for _, _, index in windows.positions():
            here = padded[index] == y
            here &= pending
            pending ^= here
            dx[index] += dy * here
        return windows.crop(dx)

    return y, backward


def global_max_pool(entries: Array) -> Pooled:
    """Take the maximum over entries.

    Shape: (n, entries, channels) -> (n, channels)
    """
    n, _, channels = entries.shape

    def backward(dy: Array) -> Array:
        dx = np.zeros_like(entries)
        dx[np.arange(n)[:, None], entries.argmax(axis=1), np.arange(channels)] = dy
        return dx

    return entries.max(axis=1), backward
