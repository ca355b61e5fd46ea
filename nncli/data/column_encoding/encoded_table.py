"""A table whose rows are encoded as numbers when they are read."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeAlias

import numpy as np

from nncli.core.types import Array, Shape

Encode: TypeAlias = Callable[[slice], Array]  # encodes a slice of one column as (rows, features) in float64


class EncodedTable:
    """The columns of a table, encoded as numbers when rows are read.

    Args:
        encoders: one function per column.
        rows: number of rows.
        features: number of encoded columns.
    """

    def __init__(self, encoders: list[Encode], rows: int, features: int) -> None:
        self._encoders = encoders
        self.shape: Shape = (rows, features)
        self.dtype = np.dtype(np.float64)

    def __len__(self) -> int:
        return self.shape[0]

    def __getitem__(self, rows: slice) -> Array:
        return np.concatenate([encode(rows) for encode in self._encoders], axis=1)

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> Array:
        return np.asarray(self[:], dtype)
