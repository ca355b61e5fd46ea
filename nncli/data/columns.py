"""From a table's columns to numbers: fitted on the training rows, stored, and applied the same way ever after."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from nncli.core.errors import DataError
from nncli.core.types import Array
from nncli.data.table import Table, parse_numbers

MOST_CATEGORIES = 1000
MOSTLY_NUMBERS = 0.9  # from this share on, a cell that is no number is taken for a mistake, not for a category


@dataclass(frozen=True)
class Column:
    """How one column becomes numbers.

    Args:
        name: its header.
        kind: number, or category for text.
        fill: what a blank number cell becomes; None makes it an error.
        categories: the texts that get a column of their own, in text order; a blank is "".
    """

    name: str
    kind: Literal["number", "category"]
    fill: float | None = None
    categories: tuple[str, ...] = ()

    @property
    def features(self) -> tuple[str, ...]:
        """The names of the columns that it becomes."""
        if self.kind == "number":
            return (self.name,)
        return tuple(f"{self.name}={category or '(blank)'}" for category in self.categories)

    def encode(self, table: Table, notes: list[str]) -> Array:
        """The column as (n, features) in float64.

        Raises:
            DataError: naming file, line and column of a cell that cannot be used.
        """
        if self.kind == "category":
            cells = table.cells(self.name)
            encoded = np.stack([cells == category for category in self.categories], axis=1).astype(np.float64)
            unseen = encoded.sum(axis=1) == 0
            if unseen.any():
                count, first = int(unseen.sum()), cells[int(unseen.argmax())]
                seen = f"{count} values not seen in training, such as {first!r}"
                notes.append(f"column {self.name!r}: {seen}, are all zeros")
            return encoded
        values = table.numbers(self.name)
        blank = np.isnan(values)
        if blank.any():
            if self.fill is None:
                line = table.lines[int(blank.argmax())]
                raise DataError(
                    f"{table.name}:{line}: column {self.name!r} is blank; fill it, or write missing: median, "
                    "mean or {constant: NUMBER}"
                )
            notes.append(f"column {self.name!r}: {int(blank.sum())} blank cells filled with {self.fill:g}")
            values[blank] = self.fill
        return values[:, np.newaxis]


def fit_columns(table: Table, missing: str | float) -> tuple[Column, ...]:
    """What every column of a table is, and what its blanks become.

    Args:
        table: the training rows.
        missing: median, mean, error or a number.

    Raises:
        DataError: where a column is blank throughout, holds a few cells that are no numbers, or too many texts.
    """
    return tuple(_fit_column(table, name, missing) for name in table.columns)


def _fit_column(table: Table, name: str, missing: str | float) -> Column:
    cells = table.columns[name]
    values, bad = parse_numbers(cells)
    given = ~np.isnan(values)
    if bad is None:
        if not given.any():
            raise DataError(f"{table.name}: column {name!r} is blank throughout; leave it out with inputs:")
        if missing == "median":
            return Column(name, "number", float(np.median(values[given])))
        if missing == "mean":
            return Column(name, "number", float(np.mean(values[given])))
        return Column(name, "number", None if isinstance(missing, str) else missing)
    if given.sum() >= MOSTLY_NUMBERS * (cells != "").sum() or cells[bad].lower() in ("nan", "inf", "-inf"):
        raise DataError(
            f"{table.name}:{table.lines[bad]}: column {name!r}: expected a finite number as in the other rows; "
            f"got {cells[bad]!r} (a blank cell is a missing number)"
        )
    categories = tuple(sorted(set(cells.tolist())))
    if len(categories) > MOST_CATEGORIES:
        raise DataError(
            f"{table.name}: column {name!r}: {len(categories)} different texts, more than {MOST_CATEGORIES}; "
            "leave it out with inputs:"
        )
    return Column(name, "category", None, categories)


def from_state(state: Mapping[str, Any]) -> Column:
    """A column from its stored form."""
    return Column(state["name"], state["kind"], state["fill"], tuple(state["categories"]))
