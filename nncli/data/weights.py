"""How much every row and every class counts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Literal

import numpy as np

from nncli.core.errors import DataError
from nncli.core.types import Array, FloatDType
from nncli.data.rows import Rows
from nncli.data.tables.table import Table


def checked_weights(values: Array, rows: Rows) -> Array:
    """Weights as float64.

    Args:
        values: (n,) as read.
        rows: that they belong to, for the places in messages.

    Raises:
        DataError: where one is no number of at least 0, or all are 0.
    """
    if values.ndim == 2 and values.shape[1] == 1:
        values = values[:, 0]
    if values.dtype.kind not in "biuf" or values.ndim != 1 or len(values) != len(rows):
        shape = f"{values.dtype} of the shape {values.shape}"
        raise DataError(f"{rows.name}: expected one weight a row, a number of at least 0; got {shape}", key="weights")
    weights = values.astype(np.float64)
    bad = ~(np.isfinite(weights) & (weights >= 0))
    if bad.any():
        row = int(bad.argmax())
        place = rows.place(row)
        raise DataError(f"{place}: weight: expected a number of at least 0; got {weights[row]:g}", key="weights")
    if len(weights) and not weights.any():
        raise DataError(f"{rows.name}: all weights are 0; nothing counts", key="weights")
    return weights


def in_dtype(weights: Array, dtype: FloatDType) -> Array:
    """The weights of the rows of a part as the loss takes them.

    Raises:
        DataError: where none of them counts, or one is too large for the dtype.
    """
    if not weights.any():
        raise DataError("the weights of all of these rows are 0; nothing counts")
    with np.errstate(over="ignore", under="ignore"):
        cast: Array = weights.astype(dtype)
    if not np.isfinite(cast).all() or not cast.any():
        size = "small" if np.isfinite(cast).all() else "large"
        raise DataError(f"a weight of {weights.max():g} is too {size} for {dtype}; scale the weights")
    return cast


def with_weights(rows: Rows, table: Table, column: str | None) -> Rows:
    """The rows with the weights in a column of the table that they are from, if one is named.

    Raises:
        DataError: where there is no such column, or it holds what is no weight.
    """
    if column is None:
        return rows
    table.without_blanks(column, "weights", "weight")
    return replace(rows, weights=checked_weights(table.numbers(column, "weights"), rows))


def class_weights(
    given: Literal["balanced"] | Mapping[str, float], classes: tuple[str, ...], targets: Array
) -> tuple[float, ...]:
    """The weight of every class.

    balanced: n / (classes * rows of the class), as scikit-learn's compute_class_weight

    Args:
        given: balanced, or weights by the class's name; what is not named weighs 1.
        classes: in order.
        targets: (n,) the class numbers of the training rows.
    """
    if not isinstance(given, str):
        return tuple(float(given.get(name, 1.0)) for name in classes)
    counts = np.maximum(1, np.bincount(targets, minlength=len(classes)))
    return tuple((len(targets) / (len(classes) * counts)).tolist())
