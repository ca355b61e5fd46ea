"""The mean of an image."""

from __future__ import annotations

from dataclasses import dataclass

from nncli.core.types import Array
from nncli.nn.global_pooling import GlobalPool
from nncli.nn.layer import layer
from nncli.nn.mean_pooling import mean_of_all
from nncli.nn.pooling import Pooled


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
        """The means."""
        return mean_of_all(entries)
