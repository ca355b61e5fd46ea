"""Max pooling per channel; the gradient goes to the maximum; with ties, to the first one in row order.

If the maximum or the gradient is not finite, the gradient of the input is undefined; the trainer skips such a step.
"""

from __future__ import annotations

import numpy as np

from nncli.core.types import Array
from nncli.ops import current_ops
from nncli.ops.signatures import Pooled
from nncli.ops.windows import Windows


def max_pool(images: Array, windows: Windows) -> Pooled:
    """Return (output, function from dy to dx) of max pooling over windows; padding counts as -infinity.

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
        pending = np.ones(y.shape, bool)  # windows whose maximum has not been found yet
        for _, _, index in windows.positions():
            here = padded[index] == y
            here &= pending
            pending ^= here
            dx[index] += dy * here
        return windows.crop(dx)

    return y, backward


def global_max_pool(x: Array) -> Pooled:
    """Return (output, function from dy to dx) of max pooling over all positions.

    Shape: (n, positions, channels) -> (n, channels)
    """
    n, _, channels = x.shape

    def backward(dy: Array) -> Array:
        dx = np.zeros_like(x)
        dx[np.arange(n)[:, None], x.argmax(axis=1), np.arange(channels)] = dy
        return dx

    return x.max(axis=1), backward
