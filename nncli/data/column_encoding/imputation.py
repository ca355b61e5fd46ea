"""Impute missing (blank) cells of numeric columns."""

from __future__ import annotations

import numpy as np

from nncli.core.errors import DataError
from nncli.core.types import Array
from nncli.data.column_encoding.column_rules import ColumnRules
from nncli.data.column_encoding.encoded_table import Encode
from nncli.data.tables.dataframe import Table


def fit_fill_value(values: Array, rules: ColumnRules) -> float | None:
    """Return the value that replaces blank cells: the median or mean of the training rows, or a constant.

    Args:
        values: (n,) the column in the training rows, nan for blank cells.
        rules: options; `missing` selects the value.

    Returns:
        None if blank cells are an error.
    """
    if not isinstance(rules.missing, str):
        return rules.missing
    if rules.missing == "error":
        return None
    present = values[~np.isnan(values)]
    return float(np.median(present) if rules.missing == "median" else np.mean(present))


def impute_numbers(
    table: Table, name: str, values: Array, fill: float | None, notes: list[str], *, indicator: bool
) -> Encode:
    """Return a function that imputes blank cells in rows of a numeric column.

    Args:
        table: the table that has the column.
        name: name of the column.
        values: (n,) the column, nan for blank cells.
        fill: the value for blank cells; None makes them an error.
        notes: receives the number of blank cells.
        indicator: whether to add a column that is 1 for blank cells and 0 for others.

    Raises:
        DataError: if a cell is blank and there is no fill value; names file, line and column.
    """
    blank = np.isnan(values)
    if blank.any():
        if fill is None:
            raise DataError(
                f"{table.place(int(blank.argmax()))}: column {name!r}: the cell is blank; fill it, or write missing: "
                "median, mean or {constant: NUMBER}"
            )
        notes.append(f"column {name!r}: {int(blank.sum())} blank cells filled with {fill:g}")

    def encode(rows: slice) -> Array:
        part, missing = values[rows], blank[rows]
        filled = part if fill is None else np.where(missing, fill, part)
        return np.stack((filled, missing), axis=1) if indicator else filled[:, np.newaxis]

    return encode
