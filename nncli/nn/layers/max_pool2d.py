"""Max pooling over images."""

from __future__ import annotations

from dataclasses import dataclass

from nncli.core.types import Array
from nncli.nn.layer import layer
from nncli.nn.pooling import Pool2D, Pooled
from nncli.nn.pooling.max_pooling import max_pool
from nncli.ops.windows import Windows


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

    def pool(self, images: Array, windows: Windows) -> Pooled:
        """Take the maximum of every window."""
        return max_pool(images, windows)
