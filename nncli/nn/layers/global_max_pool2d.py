"""The maximum of an image."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

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

    known_elsewhere: ClassVar[Mapping[str, str]] = dict.fromkeys(
        ("AdaptiveMaxPool2d", "GlobalMaxPooling2D"), "write global_max_pool2d"
    )

    axes = ("height", "width")

    def pool(self, entries: Array) -> Pooled:
        """Take the maximum of every channel."""
        return global_max_pool(entries)
