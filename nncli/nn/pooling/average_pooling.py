"""Average pooling per channel; the gradient is spread evenly over the positions."""

from __future__ import annotations

import numpy as np

from nncli.core.types import Array
from nncli.ops.signatures import Pooled
from nncli.ops.windows import Windows


def average_pool(images: Array, windows: Windows) -> Pooled:
    """Return (output, function from dy to dx) of average pooling over windows; padding counts as zeros.

    Shape: (n, height, width, channels) -> (n, rows, columns, channels)
    """
    padded = windows.pad(images)
    factor = 1 / (windows.window[0] * windows.window[1])
    (_, _, first), *others = windows.positions()
    y = padded[first].copy()  # (n, rows, columns, channels)
    for _, _, index in others:
        y += padded[index]
    y *= factor

    def backward(dy: Array) -> Array:
        dy *= factor
        return windows.scatter_add(padded, lambda i, j: dy)

    return y, backward


def global_average_pool(x: Array) -> Pooled:
    """Return (output, function from dy to dx) of average pooling over all positions.

    It is computed as a matrix product by BLAS, which is faster than a sum by NumPy.

    Shape: (n, positions, channels) -> (n, channels)
    """
    shape, dtype = x.shape, x.dtype
    factors = np.full(shape[1], 1 / shape[1], dtype)

    def backward(dy: Array) -> Array:
        dx = np.empty(shape, dtype)
        np.multiply(factors[:, None], dy[:, None], out=dx)
        return dx

    return np.matmul(factors, x), backward
