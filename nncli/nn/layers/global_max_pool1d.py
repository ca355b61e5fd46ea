"""1D global max pooling."""

from __future__ import annotations

from dataclasses import dataclass

from nncli.core.types import Array
from nncli.nn.layer import layer
from nncli.nn.pooling import GlobalPool, Pooled
from nncli.nn.pooling.max_pooling import global_max_pool


@layer("global_max_pool1d")
@dataclass(frozen=True)
class GlobalMaxPool1D(GlobalPool):
    """1D global max pooling: the maximum of every channel over the sequence.

    y = max over t of x[t]

    The gradient goes to the maximum; with ties, to the first one.

    Shape: (length, channels) -> (channels,)
    """

    axes = ("length",)

    def pool(self, x: Array) -> Pooled:
        """Return the maximum of every channel."""
        return global_max_pool(x)
