"""Average pooling over images."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from nncli.core.types import Array
from nncli.nn.layer import Backward, Context, Tree, layer
from nncli.nn.pooling import Pool2D


@layer("avg_pool2d")
@dataclass(frozen=True)
class AvgPool2D(Pool2D):
    """The mean of every window, channel by channel; zeros of the padding count, as in PyTorch.

    y[r, c] = sum over i, j of x[r * stride + i, c * stride + j] / (height * width of the window); the gradient is
    spread evenly over the window.

    Shape: (height, width, channels) -> (rows, columns, channels), of n rows or columns
        floor((n + 2 padding - pool_size) / stride) + 1, for same ceil(n / stride)

    Args:
        pool_size: height and width of a window, at least 1.
        stride: from one window to the next; default the pool size.
        padding: valid, same, or a number or pair smaller than the pool size.
    """

    def forward(self, p: Tree, x: Array, ctx: Context) -> tuple[Array, Backward]:
        """The means."""
        windows = self.windows(x.shape[1:])
        padded = windows.pad(x)
        share = 1 / (windows.window[0] * windows.window[1])
        (_, _, first), *others = windows.positions()
        y = padded[first].copy()  # (n, rows, columns, channels)
        for _, _, index in others:
            y += padded[index]
        y *= share

        def backward(dy: Array, g: Tree) -> Array | None:
            if not ctx.input_gradient:
                return None
            dx = np.zeros_like(padded)
            dy *= share
            for _, _, index in windows.positions():
                dx[index] += dy
            return windows.crop(dx)

        return y, backward
