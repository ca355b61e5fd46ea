"""1D global average pooling."""

from __future__ import annotations

from dataclasses import dataclass

from nncli.core.types import Array
from nncli.nn.layer import layer
from nncli.nn.pooling import GlobalPool, Pooled
from nncli.nn.pooling.average_pooling import global_average_pool


@layer("global_avg_pool1d")
@dataclass(frozen=True)
class GlobalAvgPool1D(GlobalPool):
    """1D global average pooling: the mean of every channel over the sequence.

    y = sum over t of x[t] / length

    The gradient is spread evenly over the sequence.

    Shape: (length, channels) -> (channels,)
    """

    axes = ("length",)

    def pool(self, x: Array) -> Pooled:
        """Return the mean of every channel."""
        return global_average_pool(x)
