"""What works entry by entry or channel by channel, each in one pass over its arrays.

Sums over many rows are in float64; all else is rounded as NumPy does it.
"""

from __future__ import annotations

import numpy as np

from nncli.core.compiling import compiled
from nncli.nn.compiled.kernels import largest_of_tiles  # noqa: F401  # one of them, by vectors


@compiled
def relu(x, y):
    """The larger of x and 0, y = max(x, 0), and nan where x is.

    Args:
        x: (n,).
        y: to be overwritten, (n,).
    """
    for i in range(len(x)):
        y[i] = np.float32(0) if x[i] < 0 else x[i]


@compiled
def relu_gradient(y, dy):
    """The gradient where y is above 0, dy <- dy (y > 0).

    Args:
        y: (n,).
        dy: changed, (n,).
    """
    for i in range(len(y)):
        dy[i] *= np.float32(1) if y[i] > 0 else np.float32(0)


@compiled
def largest_gradient(x, y, dy, dx):
    """The gradient of every tile goes to its largest entry, the first of several in row order.

    Args:
        x: (n, rows, height, columns, width, channels).
        y: the largest entries, (n, rows, columns, channels).
        dy: their gradient, (n, rows, columns, channels).
        dx: to be overwritten, as x.
    """
    n, rows, height, columns, width, channels = x.shape
    rest = np.empty(channels, x.dtype)  # of the gradient: all of it where the largest has not been met yet
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


@compiled
def column_sums(x):
    """The sum of every column, in float64: (n, columns) -> (columns,)."""
    sums = np.zeros(x.shape[1])
    for i in range(x.shape[0]):
        for k in range(x.shape[1]):
            sums[k] += x[i, k]
    return sums


@compiled
def column_squares(x, mean):
    """The sum of (x - mean)^2 of every column, in float64: (n, columns), (columns,) -> (columns,)."""
    sums = np.zeros(x.shape[1])
    for i in range(x.shape[0]):
        for k in range(x.shape[1]):
            apart = x[i, k] - mean[k]
            sums[k] += apart * apart
    return sums


@compiled
def normalized(x, mean, gain, shift, y):
    """Columns of another mean and spread, y = (x - mean) gain + shift.

    Args:
        x: (n, columns).
        mean: (columns,).
        gain: (columns,).
        shift: (columns,).
        y: to be overwritten, (n, columns).
    """
    for i in range(x.shape[0]):
        for k in range(x.shape[1]):
            y[i, k] = (x[i, k] - mean[k]) * gain[k] + shift[k]


@compiled
def gradient_sums(x, mean, dy):
    """The sums of dy and of dy (x - mean) of every column, in float64: (2, columns)."""
    sums = np.zeros((2, x.shape[1]))
    for i in range(x.shape[0]):
        for k in range(x.shape[1]):
            sums[0, k] += dy[i, k]
            sums[1, k] += dy[i, k] * (x[i, k] - mean[k])
    return sums


@compiled
def normalized_gradient(x, mean, gain, mean_of_dy, along, dy):
    """The gradient of x in the place of that of y, dy <- gain dy - mean_of_dy - along (x - mean).

    Args:
        x: (n, columns).
        mean: (columns,).
        gain: (columns,).
        mean_of_dy: (columns,).
        along: (columns,).
        dy: changed, (n, columns).
    """
    for i in range(x.shape[0]):
        for k in range(x.shape[1]):
            dy[i, k] = dy[i, k] * gain[k] - mean_of_dy[k] - along[k] * (x[i, k] - mean[k])
