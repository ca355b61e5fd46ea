"""The maximum of a length."""

from __future__ import annotations

from dataclasses import dataclass

from nncli.core.types import Array
from nncli.nn.layer import layer
from nncli.nn.pooling import GlobalPool, Pooled
from nncli.nn.pooling.max_pooling import global_max_pool


@layer("global_max_pool1d")
@dataclass(frozen=True)
class GlobalMaxPool1D(GlobalPool):
    """The largest entry of every channel of a length.

    y = max over t of x[t]; the gradient goes to that one entry, and where several tie, to the first.

    Shape: (length, channels) -> (channels,)
    """

    axes = ("length",)

    def pool(self, entries: Array) -> Pooled:
        """Take the maximum of every channel."""
        return global_max_pool(entries)
