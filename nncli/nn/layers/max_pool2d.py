"""2D max pooling."""

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
    """2D max pooling: the maximum of every window over an image, for each channel.

    y[r, c] = max over i, j of x[r * stride + i, c * stride + j]

    The gradient goes to the maximum; with ties, to the first one in row order. The padding counts as
    -infinity.

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
        """Return the maximum of every window."""
        return max_pool(images, windows)
