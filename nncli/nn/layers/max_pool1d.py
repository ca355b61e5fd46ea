"""Max pooling over a length."""

from __future__ import annotations

from dataclasses import dataclass

from nncli.core.types import Array
from nncli.nn.layer import layer
from nncli.nn.pooling import Pool1D, Pooled
from nncli.nn.pooling.max_pooling import max_pool
from nncli.ops.windows import Windows


@layer("max_pool1d")
@dataclass(frozen=True)
class MaxPool1D(Pool1D):
    """The largest entry of every window over a length, channel by channel; padding never wins.

    y[t] = max over i of x[t * stride + i]; the gradient goes to that one entry, and where several tie, to the first.

    Shape: (length, channels) -> (windows, channels), of a length n floor((n + 2 padding - pool_size) / stride) + 1,
        for same ceil(n / stride)

    Args:
        pool_size: length of a window, at least 1.
        stride: from one window to the next; default the pool size.
        padding: valid, same, or a number smaller than the pool size.
    """

    def pool(self, images: Array, windows: Windows) -> Pooled:
        """Take the maximum of every window."""
        return max_pool(images, windows)
