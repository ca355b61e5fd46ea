"""A matrix that grows by appended columns."""

from __future__ import annotations

import numpy as np

from nncli.core.types import Array

MIN_CAPACITY = 1 << 20  # entries that are allocated at first


class GrowableMatrix:
    """A float64 matrix with a growing number of columns; its capacity doubles when it is full.

    Args:
        rows: number of rows.
    """

    def __init__(self, rows: int) -> None:
        self._matrix = np.empty((rows, max(1, MIN_CAPACITY // max(1, rows))))
        self._columns = 0

    def append(self, columns: Array) -> None:
        """Append columns: (rows, n)."""
        needed = self._columns + columns.shape[1]
        if needed > self._matrix.shape[1]:
            larger = np.empty((len(self._matrix), max(needed, 2 * self._matrix.shape[1])))
            larger[:, : self._columns] = self._matrix[:, : self._columns]
            self._matrix = larger
        self._matrix[:, self._columns : needed] = columns
        self._columns = needed

    def view(self) -> Array:
        """Return all columns so far, without a copy."""
        return self._matrix[:, : self._columns]
