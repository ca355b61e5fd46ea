"""A table in memory: named columns of numbers or text, like a pandas DataFrame."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace

import numpy as np

from nncli.core.errors import DataError
from nncli.core.spelling import suggestion
from nncli.core.text_format import truncate
from nncli.core.types import Array
from nncli.data.tables.cells import Cells, as_text_column, is_blank, parse_cells, take_cells
from nncli.data.tables.text_column import TextColumn


@dataclass(frozen=True)
class Table:
    """Columns of cells.

    Args:
        name: name of the file, for messages.
        columns: the columns by name, in the order of the file: float64 with nan for blank cells if all other cells are
            finite numbers, and otherwise text with "" for blank cells.
        lines: (n,) the line of the file on which every row begins, from 1; with `by_row_number` the row's number, from
            0.
        by_row_number: whether the file has no lines, so that messages give row numbers.
        zero_padded: columns with numbers such as 007 in their first rows.
    """

    name: str
    columns: dict[str, Cells]
    lines: Array
    by_row_number: bool = False
    zero_padded: tuple[str, ...] = ()

    def __len__(self) -> int:
        return len(self.lines)

    @property
    def text_columns(self) -> tuple[str, ...]:
        """The names of the text columns."""
        return tuple(name for name, cells in self.columns.items() if isinstance(cells, TextColumn))

    def take(self, indices: Array) -> Table:
        """Return some of the rows."""
        columns = {name: take_cells(cells, indices) for name, cells in self.columns.items()}
        return replace(self, columns=columns, lines=self.lines[indices])

    def column(self, name: str, key: str | None = None) -> Cells:
        """Return the cells of a column.

        Args:
            name: name of the column.
            key: the source's key that names the column, for the error.

        Raises:
            DataError: if there is no such column.
        """
        if name not in self.columns:
            message = f"{self.name}: no column {name!r}{suggestion(name, self.columns)}"
            raise DataError(message, key=key, missing=name)
        return self.columns[name]

    def complete_column(self, name: str, key: str | None = None, what: str = "target") -> Cells:
        """Return the cells of a column in which blank cells are an error.

        Args:
            name: name of the column.
            key: the source's key that names the column, for the error.
            what: name of a cell in messages, such as target.

        Raises:
            DataError: if there is no such column, or one of its cells is blank.
        """
        cells = self.column(name, key)
        blank = is_blank(cells)
        if blank.any():
            place = self.place(int(blank.argmax()))
            raise DataError(f"{place}: column {name!r}: the {what} is blank; fill it or drop the row", key=key)
        return cells

    def groups(self, name: str | None) -> TextColumn | None:
        """Return a column of groups; None if `name` is None or the table lacks the column, which only splits need.

        Raises:
            DataError: if one of its cells is blank.
        """
        if name is None or name not in self.columns:
            return None
        return as_text_column(self.complete_column(name, "groups", "group"))

    def place(self, row: int) -> str:
        """Return the file and line of a row."""
        line = int(self.lines[row])
        return f"{self.name}: row {line} (counted from 0)" if self.by_row_number else f"{self.name}:{line}"

    def texts(self, name: str) -> TextColumn:
        """Return a column as text; whole numbers have no decimal point."""
        return as_text_column(self.column(name))

    def numbers(self, name: str, key: str | None = None) -> Array:
        """Return a column as float64 with nan for blank cells.

        Args:
            name: name of the column.
            key: the source's key that names the column, for the error.

        Raises:
            DataError: if a cell is not a finite number; names the first one.
        """
        cells = self.column(name, key)
        values, bad = parse_cells(cells)
        if bad is not None:
            message = f"{self.place(bad)}: column {name!r}: expected a finite number; got {truncate(str(cells[bad]))!r}"
            raise DataError(message, key=key)
        return values


def replace_blanks(table: Table, blanks: Collection[str]) -> Table:
    """Return the table with some texts replaced by blanks; a text column becomes numeric if only numbers remain."""
    columns = dict(table.columns)
    for name in table.text_columns:
        texts = table.texts(name)
        replaced = ["" if text in blanks else text for text in texts.values]
        codes = {text: code for code, text in enumerate(dict.fromkeys(replaced))}
        merged = TextColumn(np.array([codes[text] for text in replaced], np.int32)[texts.codes], tuple(codes))
        values, bad = parse_cells(merged)
        columns[name] = merged if bad is not None else values
    return replace(table, columns=columns)
