"""Compiled kernels that need one pass over their arrays: relu, gradient of max pooling, normalization.

Sums over many rows are in float64; all other operations are rounded as in NumPy.
"""

from __future__ import annotations

import numpy as np

from nncli.ops.compiled.jit import jit


@jit
def relu(x, y):
    """Write max(x, 0) to y; nan stays nan.

    Args:
        x: (n,).
        y: (n,); overwritten.
    """
    for i in range(len(x)):
        y[i] = np.float32(0) if x[i] < 0 else x[i]


@jit
def relu_gradient(y, dy):
    """Set the gradient to 0 where y is not above 0: dy <- dy * (y > 0).

    Args:
        y: (n,).
        dy: (n,); changed.
    """
    for i in range(len(y)):
        dy[i] *= np.float32(1) if y[i] > 0 else np.float32(0)


@jit
def max_pool_gradient(x, y, dy, dx):
    """Assign the gradient of every tile to its maximum; in ties, to the first one in row order.

    Args:
        x: (n, rows, height, columns, width, channels).
        y: maxima, (n, rows, columns, channels).
        dy: gradient of the maxima, (n, rows, columns, channels).
        dx: gradient of x, with the shape of x; overwritten.
    """
    n, rows, height, columns, width, channels = x.shape
    rest = np.empty(channels, x.dtype)  # gradient that is not assigned yet: dy until the maximum is found, then 0
    for b in range(n):
        for r in range(rows):
            for c in range(columns):
                for k in range(channels):
                    rest[k] = dy[b, r, c, k]
                for i in range(height):
                    for j in range(width):
                        for k in range(channels):
                            here = rest[k] if x[b, r, i, c, j, k] == y[b, r, c, k] else np.float32(0)
                            dx[b, r, i, c, j, k] = here
                            rest[k] -= here


@jit
def column_sums(x):
    """Return the sum over every column in float64: (n, columns) -> (columns,)."""
    sums = np.zeros(x.shape[1])
    for i in range(x.shape[0]):
        for k in range(x.shape[1]):
            sums[k] += x[i, k]
    return sums


@jit
def column_squares(x, mean):
    """Return the sum of (x - mean)^2 over every column in float64: (n, columns), (columns,) -> (columns,)."""
    sums = np.zeros(x.shape[1])
    for i in range(x.shape[0]):
        for k in range(x.shape[1]):
            apart = x[i, k] - mean[k]
            sums[k] += apart * apart
    return sums


@jit
def normalize(x, mean, gain, shift, y):
    """Write (x - mean) * gain + shift to y.

    Args:
        x: (n, columns).
        mean: (columns,).
        gain: (columns,).
        shift: (columns,).
        y: (n, columns); overwritten.
    """
    for i in range(x.shape[0]):
        for k in range(x.shape[1]):
            y[i, k] = (x[i, k] - mean[k]) * gain[k] + shift[k]


@jit
def gradient_sums(x, mean, dy):
    """Return the sums of dy and of dy * (x - mean) over every column in float64: (2, columns)."""
    sums = np.zeros((2, x.shape[1]))
    for i in range(x.shape[0]):
        for k in range(x.shape[1]):
            sums[0, k] += dy[i, k]
            sums[1, k] += dy[i, k] * (x[i, k] - mean[k])
    return sums


@jit
def normalize_gradient(x, mean, gain, dy_mean, along, dy):
    """Replace the gradient of y by the gradient of x: dy <- gain * dy - dy_mean - along * (x - mean).

    Args:
        x: (n, columns).
        mean: (columns,).
        gain: (columns,).
        dy_mean: (columns,).
        along: (columns,).
        dy: (n, columns); changed.
    """
    for i in range(x.shape[0]):
        for k in range(x.shape[1]):
            dy[i, k] = dy[i, k] * gain[k] - dy_mean[k] - along[k] * (x[i, k] - mean[k])
