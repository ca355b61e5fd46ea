"""An array whose rows can only be read in slices, like a memory-mapped file."""

from __future__ import annotations

import numpy as np


class OnlySlices:
    """Rows that are read by slices; tests can forbid reading all of them as an array.

    Args:
        array: the rows.
        whole: whether the rows may be converted to an array.
    """

    def __init__(self, array, *, whole=False):
        self._array = array
        self._whole = whole
        self.shape = array.shape
        self.dtype = array.dtype
        self.most = 0  # rows of the largest slice

    def __len__(self):
        return len(self._array)

    def __getitem__(self, index):
        assert isinstance(index, slice)
        assert index.step is None
        part = self._array[index].copy()
        self.most = max(self.most, len(part))
        return part

    def __array__(self, dtype=None, copy=None):
        assert self._whole, "only slices"
        return np.array(self._array, dtype)
