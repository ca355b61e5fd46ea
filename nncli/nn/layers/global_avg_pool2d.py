"""The mean of an image."""

from __future__ import annotations

from dataclasses import dataclass

from nncli.core.types import Array
from nncli.nn.layer import layer
from nncli.nn.pooling import GlobalPool, Pooled
from nncli.nn.pooling.mean_pooling import global_average_pool


@layer("global_avg_pool2d")
@dataclass(frozen=True)
class GlobalAvgPool2D(GlobalPool):
    """The mean of every channel of an image.

    y = sum over r, c of x[r, c] / (height * width); the gradient is spread evenly over the image.

    Shape: (height, width, channels) -> (channels,)
    Reference: Lin et al., Network in Network, 2013, arXiv 1312.4400.
    """

    axes = ("height", "width")

    def pool(self, entries: Array) -> Pooled:
        """Average over every channel."""
        return global_average_pool(entries)
