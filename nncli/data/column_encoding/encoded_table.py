"""A table as numbers, encoded when rows are asked for."""

from __future__ import annotations

from typing import Any

import numpy as np

from nncli.core.types import Array, Shape
from nncli.data.column_encoding.encoded_table import Encode


class EncodedTable:
    """The columns of a table as numbers.

    Args:
        encoders: one per column.
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
