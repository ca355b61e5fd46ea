"""Average pooling over images."""

from __future__ import annotations

from dataclasses import dataclass

from nncli.core.types import Array
from nncli.nn.layer import layer
from nncli.nn.pooling import Pool2D, Pooled
from nncli.nn.pooling.mean_pooling import average_pool
from nncli.ops.windows import Windows


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

    def pool(self, images: Array, windows: Windows) -> Pooled:
        """Average over every window."""
        return average_pool(images, windows)
