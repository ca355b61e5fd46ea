"""A matrix to which columns are added at its end."""

from __future__ import annotations

import numpy as np

from nncli.core.types import Array

FIRST = 1 << 20  # entries that there is room for at the beginning


class Growing:
    """A matrix of float64 whose number of columns becomes known as they come.

    Args:
        rows: how many there are.
    """

    def __init__(self, rows: int) -> None:
        self._matrix = np.empty((rows, max(1, FIRST // max(1, rows))))
        self._columns = 0

    def append(self, part: Array) -> None:
        """Adds (rows, n) at the end."""
        needed = self._columns + part.shape[1]
        if needed > self._matrix.shape[1]:
            larger = np.empty((len(self._matrix), max(needed, 2 * self._matrix.shape[1])))
            larger[:, : self._columns] = self._matrix[:, : self._columns]
            self._matrix = larger
        self._matrix[:, self._columns : needed] = part
        self._columns = needed

    def all(self) -> Array:
        """All columns so far, as a view."""
        return self._matrix[:, : self._columns]
