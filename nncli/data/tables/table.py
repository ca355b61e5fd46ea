"""A table of named columns, each of numbers or of text."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace
from typing import TypeAlias

import numpy as np

from nncli.core.errors import DataError
from nncli.core.spelling import suggestion
from nncli.core.text_format import truncate
from nncli.core.types import Array
from nncli.data.tables.numbers import number_of, written
from nncli.data.tables.texts import Texts

Cells: TypeAlias = Array | Texts


@dataclass(frozen=True)
class Wanted:
    """What is wanted of the columns of a table that is read.

    Args:
        texts: the columns that are text whatever stands in them.
        labels: the columns in which 007, and a number too long for a double, is text.
        blanks: what counts as a blank cell besides nothing, such as NA.
    """

    texts: Collection[str] = ()
    labels: Collection[str] = ()
    blanks: tuple[str, ...] = ()


@dataclass(frozen=True)
class Table:
    """Columns of cells.

    Args:
        name: the file, for messages.
        columns: every column by its name, in the order of the file: float64 with nan for blank cells where all others
            are finite numbers, and otherwise text, with "" for blank cells.
        lines: (n,) the line of the file on which every row begins, from 1; the row's number, from 0, where counted.
        counted: whether the file has no lines, so that rows are counted.
        padded: the columns in whose first rows numbers such as 007 stand.
    """

    name: str
    columns: dict[str, Cells]
    lines: Array
    counted: bool = False
    padded: tuple[str, ...] = ()

    def __len__(self) -> int:
        return len(self.lines)

    @property
    def text_columns(self) -> tuple[str, ...]:
        """The names of the columns of text."""
        return tuple(name for name, cells in self.columns.items() if isinstance(cells, Texts))

    def take(self, indices: Array) -> Table:
        """Some of the rows."""
        columns = {name: take(cells, indices) for name, cells in self.columns.items()}
        return replace(self, columns=columns, lines=self.lines[indices])

    def cells(self, name: str, key: str | None = None) -> Cells:
        """The cells of one column; `key` is the source's key that names it, for the error.

        Raises:
            DataError: where there is no such column.
        """
        if name not in self.columns:
            raise DataError(f"{self.name}: no column {name!r}{suggestion(name, self.columns)}", key=key)
        return self.columns[name]

    def without_blanks(self, name: str, key: str | None = None, what: str = "target") -> Cells:
        """The cells of a column in which every row needs one.

        Args:
            name: of the column.
            key: the source's key that names it, for the error.
            what: what messages call a cell.

        Raises:
            DataError: where there is no such column, or one of its cells is blank.
        """
        cells = self.cells(name, key)
        empty = blank(cells)
        if empty.any():
            place = self.place(int(empty.argmax()))
            raise DataError(f"{place}: column {name!r}: the {what} is blank; fill it or drop the row", key=key)
        return cells

    def groups(self, name: str | None) -> Texts | None:
        """The groups in a column, where one is named and there: rows that are not split need none.

        Raises:
            DataError: where one of its cells is blank.
        """
        if name is None or name not in self.columns:
            return None
        return as_texts(self.without_blanks(name, "groups", "group"))

    def place(self, row: int) -> str:
        """Where a row stands."""
        line = int(self.lines[row])
        return f"{self.name}: row {line} (counted from 0)" if self.counted else f"{self.name}:{line}"

    def texts(self, name: str) -> Texts:
        """One column as text, whole numbers without a point."""
        return as_texts(self.cells(name))

    def numbers(self, name: str, key: str | None = None) -> Array:
        """One column as float64, blank cells as nan; `key` is the source's key that names it, for the error.

        Raises:
            DataError: naming the first cell that is no finite number.
        """
        cells = self.cells(name, key)
        values, bad = parse_numbers(cells)
        if bad is not None:
            message = f"{self.place(bad)}: column {name!r}: expected a finite number; got {truncate(str(cells[bad]))!r}"
            raise DataError(message, key=key)
        return values


def with_blanks(table: Table, blanks: Collection[str]) -> Table:
    """The table with some texts taken for blank cells."""
    columns = dict(table.columns)
    for name in table.text_columns:
        texts = table.texts(name)
        shown = ["" if text in blanks else text for text in texts.values]
        known = {text: number for number, text in enumerate(dict.fromkeys(shown))}
        merged = Texts(np.array([known[text] for text in shown], np.int32)[texts.codes], tuple(known))
        values, bad = parse_numbers(merged)
        columns[name] = merged if bad is not None else values
    return replace(table, columns=columns)


def take(cells: Cells, indices: Array) -> Cells:
    """Some rows of a column."""
    return cells.take(indices) if isinstance(cells, Texts) else cells[indices]


def blank(cells: Cells) -> Array:
    """(n,) whether a cell is blank."""
    return cells.where([value == "" for value in cells.values]) if isinstance(cells, Texts) else np.isnan(cells)


def parse_numbers(cells: Cells) -> tuple[Array, int | None]:
    """(values, first bad row): float64 with nan for blanks, and the first cell that is no finite number, if any."""
    if not isinstance(cells, Texts):
        return cells, None
    numbers = [number_of(value) for value in cells.values]
    bad = cells.where([number is None and value != "" for number, value in zip(numbers, cells.values, strict=True)])
    values = np.array([np.nan if number is None else number for number in numbers])[cells.codes]
    return values, int(bad.argmax()) if bad.any() else None


def as_texts(cells: Cells) -> Texts:
    """A column as text, whole numbers without a point."""
    if isinstance(cells, Texts):
        return cells
    distinct, codes = np.unique(cells, return_inverse=True)
    return Texts(codes.astype(np.int32), tuple("" if value != value else written(value) for value in distinct.tolist()))
