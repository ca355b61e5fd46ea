"""1D max pooling."""

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
    """1D max pooling: the maximum of every window over a sequence, for each channel.

    y[t] = max over i of x[t * stride + i]

    The gradient goes to the maximum; with ties, to the first one. The padding counts as -infinity.

    Shape: (length, channels) -> (windows, channels), windows = floor((length + 2 * padding - pool_size) / stride) + 1;
        with padding: same, ceil(length / stride)

    Args:
        pool_size: length of a window, at least 1.
        stride: step from one window to the next, at least 1; default the pool size.
        padding: valid (no padding), same, or the size of the padding on both sides, smaller than the pool size.
    """

    def pool(self, images: Array, windows: Windows) -> Pooled:
        """Return the maximum of every window."""
        return max_pool(images, windows)
