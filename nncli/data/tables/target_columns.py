"""Select the target columns of a table."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from nncli.core.errors import DataError
from nncli.core.types import Array
from nncli.data.tables.cells import as_text_column
from nncli.data.tables.dataframe import Table
from nncli.data.tables.text_column import TextColumn


def target_names(targets: str | Sequence[str] | None) -> tuple[str, ...]:
    """Return the names of the target columns from a source's `targets`: one name, several or none."""
    return (targets,) if isinstance(targets, str) else tuple(targets or ())


def duplicates(names: Sequence[str]) -> list[str]:
    """Return the names that are listed more than once."""
    return [name for name in dict.fromkeys(names) if names.count(name) > 1]


def select_targets(table: Table, names: Sequence[str]) -> Array | TextColumn:
    """Return one target column unchanged, or several as (n, columns): numbers if all are numeric, otherwise text.

    Raises:
        DataError: if no column is named, a column does not exist, or a cell is blank.
    """
    if not names:
        known = ", ".join(table.columns)
        raise DataError(f"{table.name}: targets: must name the column to learn. Columns: {known}")
    columns = [table.complete_column(name, "targets") for name in names]
    if len(columns) == 1:
        return columns[0]
    if not any(isinstance(cells, TextColumn) for cells in columns):
        return np.stack([cells for cells in columns if not isinstance(cells, TextColumn)], axis=1)
    return np.array([as_text_column(cells).tolist() for cells in columns]).T
