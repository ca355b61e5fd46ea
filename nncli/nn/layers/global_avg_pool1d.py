"""The mean of a length."""

from __future__ import annotations

from dataclasses import dataclass

from nncli.core.types import Array
from nncli.nn.layer import layer
from nncli.nn.pooling import GlobalPool, Pooled
from nncli.nn.pooling.mean_pooling import global_average_pool


@layer("global_avg_pool1d")
@dataclass(frozen=True)
class GlobalAvgPool1D(GlobalPool):
    """The mean of every channel of a length.

    y = sum over t of x[t] / length; the gradient is spread evenly over the length.

    Shape: (length, channels) -> (channels,)
    """

    axes = ("length",)

    def pool(self, entries: Array) -> Pooled:
        """Average over every channel."""
        return global_average_pool(entries)
