"""Several labels a row: columns of targets, each of which is 0 or 1."""

from __future__ import annotations

import numpy as np

from nncli.core.errors import DataError
from nncli.core.text_format import truncate
from nncli.core.types import Array
from nncli.data.rows import Rows
from nncli.data.tables.numbers import number_of
from nncli.data.tables.texts import Texts

TRUTHS = {"false": 0.0, "true": 1.0}


def label_columns(rows: Rows) -> Array:
    """The labels in float64: (n, labels) of 0 and 1; false and true are these, too.

    Raises:
        DataError: naming the place and the column of the first that is neither.
    """
    assert rows.targets is not None
    targets = np.array(rows.targets.tolist()) if isinstance(rows.targets, Texts) else rows.targets
    if targets.ndim == 1:
        targets = targets[:, np.newaxis]
    if targets.dtype.kind == "S":
        targets = np.char.decode(targets, "utf-8")
    numbers = _numbers_of(targets) if targets.dtype.kind == "U" else targets.astype(np.float64)
    wrong = ~((numbers == 0) | (numbers == 1))
    if wrong.any():
        row, column, *rest = (int(index) for index in np.argwhere(wrong)[0])
        place = rows.target_place(row, column if targets.shape[1] > 1 else None)
        found = targets[row, column, *rest]
        shown = repr(truncate(str(found))) if targets.dtype.kind == "U" else f"{found:g}"
        raise DataError(f"{place}: label {rows.target_names[column]!r}: expected 0 or 1; got {shown}", key="targets")
    return numbers


def _numbers_of(texts: Array) -> Array:
    """Texts as numbers, nan where they are neither that nor true or false."""
    values, codes = np.unique(texts, return_inverse=True)
    numbers = [TRUTHS.get(value.lower(), number_of(value)) for value in values.tolist()]
    return np.array([np.nan if number is None else number for number in numbers])[codes].reshape(texts.shape)
