"""An array whose rows can only be read in slices, like a memory-mapped file."""

from __future__ import annotations

import numpy as np


class OnlySlices:
    """Rows that can be read in slices, and converted to an array only if `convertible` is true.

    Args:
        array: the rows.
        convertible: whether the rows may be converted to an array.
    """

    def __init__(self, array, *, convertible=False):
        self._array = array
        self._convertible = convertible
        self.shape = array.shape
        self.dtype = array.dtype
        self.largest_slice = 0  # number of rows

    def __len__(self):
        return len(self._array)

    def __getitem__(self, index):
        assert isinstance(index, slice)
        assert index.step is None
        part = self._array[index].copy()
        self.largest_slice = max(self.largest_slice, len(part))
        return part

    def __array__(self, dtype=None, copy=None):
        assert self._convertible, "these rows may only be read in slices"
        return np.array(self._array, dtype)
