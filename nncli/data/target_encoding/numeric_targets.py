"""Numeric targets of a regression."""

from __future__ import annotations

import numpy as np

from nncli.core.errors import DataError
from nncli.core.types import Array
from nncli.data.rows import Rows
from nncli.data.tables.cells import parse_cells
from nncli.data.tables.text_column import TextColumn, factorize


def numeric_targets(rows: Rows) -> Array:
    """Return the targets as (n, targets) in float64.

    Raises:
        DataError: if a target is not a finite number; names its place.
    """
    assert rows.targets is not None
    targets = rows.targets
    if isinstance(targets, TextColumn) or targets.dtype.kind in "OUS":
        targets = _parse_targets(rows, targets)
    if targets.ndim == 1:
        targets = targets[:, np.newaxis]
    numbers = targets.astype(np.float64)
    finite = np.isfinite(numbers)
    if not finite.all():
        row, *rest = (int(index) for index in np.argwhere(~finite)[0])
        column = rest[0] if targets.ndim == 2 and targets.shape[1] > 1 else None
        raise DataError(
            f"{rows.target_place(row, column)}: target: expected a finite number; got {numbers[row, *rest]}"
        )
    return numbers


def _parse_targets(rows: Rows, targets: Array | TextColumn) -> Array:
    """Parse targets that were read as text: (n, targets)."""
    if isinstance(targets, TextColumn):
        columns = [targets]
    else:
        texts = targets.astype(str).reshape(len(targets), -1)
        columns = [factorize(texts[:, index].tolist()) for index in range(texts.shape[1])]
    parsed = []
    for index, column in enumerate(columns):
        values, bad = parse_cells(column)
        if bad is not None:
            name = rows.target_names[min(index, len(rows.target_names) - 1)]
            raise DataError(
                f"{rows.target_place(bad)}: target {name!r}: expected a number; got {column[bad]!r}; "
                "for class labels use the loss cross_entropy or binary_cross_entropy"
            )
        parsed.append(values)
    return np.stack(parsed, axis=1)
