"""The maximum of an image."""

from __future__ import annotations

from dataclasses import dataclass

from nncli.core.types import Array
from nncli.nn.global_pooling import GlobalPool
from nncli.nn.layer import layer
from nncli.nn.max_pooling import largest_of_all
from nncli.nn.pooling import Pooled


@layer("global_max_pool2d")
@dataclass(frozen=True)
class GlobalMaxPool2D(GlobalPool):
    """The largest entry of every channel of an image.

    y = max over r, c of x[r, c]; the gradient goes to that one entry, and where several tie, to the first in row order.

    Shape: (height, width, channels) -> (channels,)
    """

    chooses_largest = True
    axes = ("height", "width")

    def pool(self, entries: Array) -> Pooled:
        """The largest entries."""
        return largest_of_all(entries)
