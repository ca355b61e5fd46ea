"""2D average pooling."""

from __future__ import annotations

from dataclasses import dataclass

from nncli.core.types import Array
from nncli.nn.layer import layer
from nncli.nn.pooling import Pool2D, Pooled
from nncli.nn.pooling.average_pooling import average_pool
from nncli.ops.windows import Windows


@layer("avg_pool2d")
@dataclass(frozen=True)
class AvgPool2D(Pool2D):
    """2D average pooling: the mean of every window over an image, for each channel.

    y[r, c] = sum over i, j of x[r * stride + i, c * stride + j] / (window height * window width)

    The gradient is spread evenly over the window. The zeros of the padding count in the mean, as in PyTorch.

    Shape: (height, width, channels) -> (rows, columns, channels), rows = floor((height + 2 * padding - pool_size) /
        stride) + 1, columns likewise; with padding: same, ceil(height / stride)

    Args:
        pool_size: size of a window, as one number or (height, width), at least 1.
        stride: step from one window to the next, as one number or (vertical, horizontal), at least 1; default the pool
            size.
        padding: valid (no padding), same, or the size of the padding on both sides, as one number or (vertical,
            horizontal), smaller than the pool size.
    """

    def pool(self, images: Array, windows: Windows) -> Pooled:
        """Return the mean of every window."""
        return average_pool(images, windows)
