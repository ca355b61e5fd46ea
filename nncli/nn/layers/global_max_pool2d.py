"""2D global max pooling."""

from __future__ import annotations

from dataclasses import dataclass

from nncli.core.types import Array
from nncli.nn.layer import layer
from nncli.nn.pooling import GlobalPool, Pooled
from nncli.nn.pooling.max_pooling import global_max_pool


@layer("global_max_pool2d")
@dataclass(frozen=True)
class GlobalMaxPool2D(GlobalPool):
    """2D global max pooling: the maximum of every channel over the image.

    y = max over r, c of x[r, c]

    The gradient goes to the maximum; with ties, to the first one in row order.

    Shape: (height, width, channels) -> (channels,)
    """

    axes = ("height", "width")

    def pool(self, x: Array) -> Pooled:
        """Return the maximum of every channel."""
        return global_max_pool(x)
