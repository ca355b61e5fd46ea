"""The columns of a table that are to be learnt."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from nncli.core.errors import DataError
from nncli.core.types import Array
from nncli.data.tables.table import Table, as_texts
from nncli.data.tables.texts import Texts


def names_of(targets: str | Sequence[str] | None) -> tuple[str, ...]:
    """The names of the columns, of which a source has one, several or none."""
    return (targets,) if isinstance(targets, str) else tuple(targets or ())


def twice(names: Sequence[str]) -> list[str]:
    """The names that stand there more than once."""
    return [name for name in dict.fromkeys(names) if names.count(name) > 1]


def target_columns(table: Table, names: Sequence[str]) -> Array | Texts:
    """One column as it is, or (n, columns) of several: numbers where all are, and otherwise text.

    Raises:
        DataError: where no column is named, one is not there, or a cell is blank.
    """
    if not names:
        known = ", ".join(table.columns)
        raise DataError(f"{table.name}: say which column to learn, with targets:. Columns: {known}")
    columns = [table.without_blanks(name, "targets") for name in names]
    if len(columns) == 1:
        return columns[0]
    if not any(isinstance(cells, Texts) for cells in columns):
        return np.stack([cells for cells in columns if not isinstance(cells, Texts)], axis=1)
    return np.array([as_texts(cells).tolist() for cells in columns]).T
