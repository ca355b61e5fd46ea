"""2D global average pooling."""

from __future__ import annotations

from dataclasses import dataclass

from nncli.core.types import Array
from nncli.nn.layer import layer
from nncli.nn.pooling import GlobalPool, Pooled
from nncli.nn.pooling.average_pooling import global_average_pool


@layer("global_avg_pool2d")
@dataclass(frozen=True)
class GlobalAvgPool2D(GlobalPool):
    """2D global average pooling: the mean of every channel over the image.

    y = sum over r, c of x[r, c] / (height * width)

    The gradient is spread evenly over the image.

    Shape: (height, width, channels) -> (channels,)
    Reference: Lin et al., Network in Network, arXiv:1312.4400 (2013).
    """

    axes = ("height", "width")

    def pool(self, x: Array) -> Pooled:
        """Return the mean of every channel."""
        return global_average_pool(x)
