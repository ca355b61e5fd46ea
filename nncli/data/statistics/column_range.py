"""The minimum and maximum of every column, collected chunk by chunk."""

from __future__ import annotations

import numpy as np

from nncli.core.types import Array


class ColumnRange:
    """Running minimum and maximum of every entry of a row, in the dtype of the rows."""

    def __init__(self) -> None:
        self._low: Array | None = None
        self._high: Array | None = None

    def update(self, rows: Array) -> None:
        """Update minimum and maximum with more rows: (rows, entries of a row)."""
        low, high = rows.min(axis=0), rows.max(axis=0)
        self._low = low if self._low is None else np.minimum(self._low, low)
        self._high = high if self._high is None else np.maximum(self._high, high)

    def of_columns(self, width: int) -> tuple[Array, Array]:
        """Return (minimum, maximum) of every column in float64; the columns of images are their channels."""
        assert self._low is not None
        assert self._high is not None
        low, high = self._low.reshape(-1, width).min(axis=0), self._high.reshape(-1, width).max(axis=0)
        return low.astype(np.float64), high.astype(np.float64)


def nonzero_scale(scale: Array) -> Array:
    """Return the scale with 1 in place of 0, so that constant columns can be divided by it."""
    return np.where(scale > 0, scale, 1.0)
