"""Average pooling over a length."""

from __future__ import annotations

from dataclasses import dataclass

from nncli.core.types import Array
from nncli.nn.layer import layer
from nncli.nn.pooling import Pool1D, Pooled
from nncli.nn.pooling.mean_pooling import average_pool
from nncli.ops.windows import Windows


@layer("avg_pool1d")
@dataclass(frozen=True)
class AvgPool1D(Pool1D):
    """The mean of every window over a length, channel by channel; zeros of the padding count, as in PyTorch.

    y[t] = sum over i of x[t * stride + i] / pool_size; the gradient is spread evenly over the window.

    Shape: (length, channels) -> (windows, channels), of a length n floor((n + 2 padding - pool_size) / stride) + 1,
        for same ceil(n / stride)

    Args:
        pool_size: length of a window, at least 1.
        stride: from one window to the next; default the pool size.
        padding: valid, same, or a number smaller than the pool size.
    """

    def pool(self, images: Array, windows: Windows) -> Pooled:
        """Average over every window."""
        return average_pool(images, windows)
