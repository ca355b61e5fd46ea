"""The mean of a length."""

from __future__ import annotations

from dataclasses import dataclass

from nncli.core.types import Array
from nncli.nn.global_pooling import GlobalPool
from nncli.nn.layer import layer
from nncli.nn.mean_pooling import mean_of_all
from nncli.nn.pooling import Pooled


@layer("global_avg_pool1d")
@dataclass(frozen=True)
class GlobalAvgPool1D(GlobalPool):
    """The mean of every channel of a length.

    y = sum over t of x[t] / length; the gradient is spread evenly over the length.

    Shape: (length, channels) -> (channels,)
    """

    axes = ("length",)

    def pool(self, entries: Array) -> Pooled:
        """The means."""
        return mean_of_all(entries)
