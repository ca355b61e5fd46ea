"""Sample weights: one weight per row."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from nncli.core.errors import DataError
from nncli.core.types import Array, FloatDType
from nncli.data.rows import Rows
from nncli.data.tables.dataframe import Table


def validate_weights(values: Array, rows: Rows) -> Array:
    """Check weights, and return them as float64.

    Args:
        values: (n,) the weights as read.
        rows: the rows that have the weights, for places in messages.

    Raises:
        DataError: if a weight is not a number of at least 0, or all weights are 0.
    """
    if values.ndim == 2 and values.shape[1] == 1:
        values = values[:, 0]
    if values.dtype.kind not in "biuf" or values.ndim != 1 or len(values) != len(rows):
        shape = f"{values.dtype} of the shape {values.shape}"
        raise DataError(f"{rows.name}: expected one weight per row, a number of at least 0; got {shape}", key="weights")
    weights = values.astype(np.float64)
    invalid = ~(np.isfinite(weights) & (weights >= 0))
    if invalid.any():
        row = int(invalid.argmax())
        place = rows.place(row)
        raise DataError(f"{place}: weight: expected a number of at least 0; got {weights[row]:g}", key="weights")
    if len(weights) and not weights.any():
        raise DataError(f"{rows.name}: all weights are 0, so every row would be ignored", key="weights")
    return weights


def cast_weights(weights: Array, dtype: FloatDType) -> Array:
    """Return the weights of one split's rows in the network's dtype.

    Raises:
        DataError: if all weights are 0, or a weight is too large or too small for the dtype.
    """
    if not weights.any():
        raise DataError("all rows have the weight 0, so every row would be ignored")
    with np.errstate(over="ignore", under="ignore"):
        cast: Array = weights.astype(dtype)
    if not np.isfinite(cast).all() or not cast.any():
        size = "small" if np.isfinite(cast).all() else "large"
        raise DataError(f"a weight of {weights.max():g} is too {size} for {dtype}; scale the weights")
    return cast


def add_weights(rows: Rows, table: Table, column: str | None) -> Rows:
    """Return the rows with the weights in a column of their table; unchanged if no column is named.

    Raises:
        DataError: if there is no such column, or it holds an invalid weight.
    """
    if column is None:
        return rows
    table.complete_column(column, "weights", "weight")
    return replace(rows, weights=validate_weights(table.numbers(column, "weights"), rows))
