"""The maximum of an image."""

from __future__ import annotations

from dataclasses import dataclass

from nncli.core.types import Array
from nncli.nn.layer import layer
from nncli.nn.pooling import GlobalPool, Pooled
from nncli.nn.pooling.max_pooling import global_max_pool


@layer("global_max_pool2d")
@dataclass(frozen=True)
class GlobalMaxPool2D(GlobalPool):
    """The largest entry of every channel of an image.

    y = max over r, c of x[r, c]; the gradient goes to that one entry, and where several tie, to the first in row order.

    Shape: (height, width, channels) -> (channels,)
    """

    axes = ("height", "width")

    def pool(self, entries: Array) -> Pooled:
        """Take the maximum of every channel."""
        return global_max_pool(entries)
