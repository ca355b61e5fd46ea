"""The maximum of a length."""

from __future__ import annotations

from dataclasses import dataclass

from nncli.core.types import Array
from nncli.nn.global_pooling import GlobalPool
from nncli.nn.layer import layer
from nncli.nn.max_pooling import largest_of_all
from nncli.nn.pooling import Pooled


@layer("global_max_pool1d")
@dataclass(frozen=True)
class GlobalMaxPool1D(GlobalPool):
    """The largest entry of every channel of a length.

    y = max over t of x[t]; the gradient goes to that one entry, and where several tie, to the first.

    Shape: (length, channels) -> (channels,)
    """

    chooses_largest = True
    axes = ("length",)

    def pool(self, entries: Array) -> Pooled:
        """The largest entries."""
        return largest_of_all(entries)
