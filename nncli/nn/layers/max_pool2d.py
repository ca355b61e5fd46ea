"""Max pooling over images."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from nncli.core.types import Array
from nncli.nn.layer import Backward, Context, Tree, layer
from nncli.nn.pooling import Pool2D


@layer("max_pool2d")
@dataclass(frozen=True)
class MaxPool2D(Pool2D):
    """The largest entry of every window, channel by channel; padding never wins.

    y[r, c] = max over i, j of x[r * stride + i, c * stride + j]; the gradient goes to that one entry, and where
    several tie, to the first in row order.

    Shape: (height, width, channels) -> (rows, columns, channels), of n rows or columns
        floor((n + 2 padding - pool_size) / stride) + 1, for same ceil(n / stride)

    Args:
        pool_size: height and width of a window, at least 1.
        stride: from one window to the next; default the pool size.
        padding: valid, same, or a number or pair smaller than the pool size.
    """

    def forward(self, p: Tree, x: Array, ctx: Context) -> tuple[Array, Backward]:
        """The largest entries."""
        windows = self.windows(x.shape[1:])
        padded = windows.pad(x, -np.inf)
        (_, _, first), *others = windows.positions()
        y = padded[first].copy()  # (n, rows, columns, channels)
        for _, _, index in others:
            np.maximum(y, padded[index], out=y)

        def backward(dy: Array, g: Tree) -> Array | None:
            if not ctx.input_gradient:
                return None
            dx = np.empty_like(padded) if windows.tiled else np.zeros_like(padded)
            waiting = np.ones(y.shape, bool)  # windows whose maximum has not been met yet
            for _, _, index in windows.positions():
                here = padded[index] == y
                here &= waiting
                waiting ^= here
                if windows.tiled:  # every entry lies in exactly one window
                    np.multiply(dy, here, out=dx[index])
                else:
                    dx[index] += dy * here
            return windows.crop(dx)

        return y, backward
