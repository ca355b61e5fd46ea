"""Multi-label targets: columns that are each 0 or 1."""

from __future__ import annotations

import numpy as np

from nncli.core.errors import DataError
from nncli.core.text_format import truncate
from nncli.core.types import Array
from nncli.data.rows import Rows
from nncli.data.tables.number_parsing import parse_number
from nncli.data.tables.text_column import TextColumn

BOOLEANS = {"false": 0.0, "true": 1.0}


def label_columns(rows: Rows) -> Array:
    """Return the labels as (n, labels) of 0 and 1 in float64; false and true count as 0 and 1.

    Raises:
        DataError: if a value is neither; names its place and column.
    """
    assert rows.targets is not None
    targets = np.array(rows.targets.tolist()) if isinstance(rows.targets, TextColumn) else rows.targets
    if targets.ndim == 1:
        targets = targets[:, np.newaxis]
    if targets.dtype.kind == "S":
        targets = np.char.decode(targets, "utf-8")
    numbers = _parse_texts(targets) if targets.dtype.kind == "U" else targets.astype(np.float64)
    invalid = ~((numbers == 0) | (numbers == 1))
    if invalid.any():
        row, column, *rest = (int(index) for index in np.argwhere(invalid)[0])
        place = rows.target_place(row, column if targets.shape[1] > 1 else None)
        value = targets[row, column, *rest]
        shown = repr(truncate(str(value))) if targets.dtype.kind == "U" else f"{value:g}"
        raise DataError(f"{place}: label {rows.target_names[column]!r}: expected 0 or 1; got {shown}", key="targets")
    return numbers


def _parse_texts(texts: Array) -> Array:
    """Return texts as numbers, with nan for text that is neither a number nor true nor false."""
    values, codes = np.unique(texts, return_inverse=True)
    numbers = [BOOLEANS.get(value.lower(), parse_number(value)) for value in values.tolist()]
    return np.array([np.nan if number is None else number for number in numbers])[codes].reshape(texts.shape)
