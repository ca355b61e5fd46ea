"""Select some columns of an array when its rows are read."""

from __future__ import annotations

from typing import Any

import numpy as np

from nncli.core.types import Array
from nncli.data.arrays.chunks import Chunked


class ColumnSubset:
    """Some columns of an array; rows are copied when they are read.

    Args:
        x: (n, ..., columns).
        positions: indices of the columns.
    """

    def __init__(self, x: Chunked, positions: list[int]) -> None:
        self._x = x
        self._positions = positions
        self.shape = (*x.shape[:-1], len(positions))
        self.dtype = x.dtype

    def __len__(self) -> int:
        return len(self._x)

    def __getitem__(self, index: slice) -> Array:
        return self._x[index][..., self._positions]

    def __array__(self, dtype: Any = None, *, copy: bool | None = None) -> Array:
        return np.asarray(self._x)[..., self._positions].astype(dtype or self.dtype, copy=False)
