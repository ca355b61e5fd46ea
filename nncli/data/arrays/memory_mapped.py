"""Rows of a memory-mapped array, which may be larger than memory."""

from __future__ import annotations

from typing import Any

import numpy as np

from nncli.core.types import Array, Shape


class MemoryMapped:
    """Rows of a memory-mapped array; they are read from the file when they are indexed.

    Args:
        array: (m, *) a NumPy memory map.
        rows: (n,) the indices of the rows in `array`; None for all rows.
    """

    def __init__(self, array: Array, rows: Array | None = None) -> None:
        self._array = array
        self._rows = rows
        self.shape: Shape = (len(array) if rows is None else len(rows), *array.shape[1:])
        self.dtype = array.dtype
        self.ndim = array.ndim

    def __len__(self) -> int:
        return self.shape[0]

    def __getitem__(self, rows: slice) -> Array:
        """Read a slice of rows into a new array."""
        if self._rows is None:
            return np.array(self._array[rows])
        return self._array[self._rows[rows]]

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> Array:
        return np.asarray(self[:], dtype)

    def take(self, indices: Array) -> MemoryMapped:
        """Select some of the rows without reading them."""
        return MemoryMapped(self._array, indices if self._rows is None else self._rows[indices])

    def gather(self, indices: Array) -> Array:
        """Read some of the rows, in any order."""
        return np.take(self._array, indices if self._rows is None else self._rows[indices], axis=0)

    def with_shape(self, shape: Shape) -> MemoryMapped:
        """Return the same rows, each with another shape."""
        return MemoryMapped(self._array.reshape(len(self._array), *shape), self._rows)
