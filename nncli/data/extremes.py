"""The smallest and the largest entry of every column, collected a slice at a time."""

from __future__ import annotations

import numpy as np

from nncli.core.types import Array


class Extremes:
    """What was smallest and largest so far, in the type of the entries."""

    def __init__(self) -> None:
        self._low: Array | None = None
        self._high: Array | None = None

    def add(self, rows: Array) -> None:
        """Looks at more rows: (rows, entries of a row)."""
        low, high = rows.min(axis=0), rows.max(axis=0)
        self._low = low if self._low is None else np.minimum(self._low, low)
        self._high = high if self._high is None else np.maximum(self._high, high)

    def of_columns(self, width: int) -> tuple[Array, Array]:
        """(smallest, largest) of every column in float64, over all its places in a row."""
        assert self._low is not None
        assert self._high is not None
        low, high = self._low.reshape(-1, width).min(axis=0), self._high.reshape(-1, width).max(axis=0)
        return low.astype(np.float64), high.astype(np.float64)


def or_one(scale: Array) -> Array:
    """A scale to divide by: 1 where it is 0, as for a constant column."""
    return np.where(scale > 0, scale, 1.0)
