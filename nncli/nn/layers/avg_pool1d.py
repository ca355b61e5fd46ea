"""1D average pooling."""

from __future__ import annotations

from dataclasses import dataclass

from nncli.core.types import Array
from nncli.nn.layer import layer
from nncli.nn.pooling import Pool1D, Pooled
from nncli.nn.pooling.average_pooling import average_pool
from nncli.ops.windows import Windows


@layer("avg_pool1d")
@dataclass(frozen=True)
class AvgPool1D(Pool1D):
    """1D average pooling: the mean of every window over a sequence, for each channel.

    y[t] = sum over i of x[t * stride + i] / pool_size

    The gradient is spread evenly over the window. The zeros of the padding count in the mean, as in PyTorch.

    Shape: (length, channels) -> (windows, channels), windows = floor((length + 2 * padding - pool_size) / stride) + 1;
        with padding: same, ceil(length / stride)

    Args:
        pool_size: length of a window, at least 1.
        stride: step from one window to the next, at least 1; default the pool size.
        padding: valid (no padding), same, or the size of the padding on both sides, smaller than the pool size.
    """

    def pool(self, images: Array, windows: Windows) -> Pooled:
        """Return the mean of every window."""
        return average_pool(images, windows)
