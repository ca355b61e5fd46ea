"""A table of named columns, kept as text until it is known what each column means."""

from __future__ import annotations

import csv
import gzip
import io
import zlib
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TextIO

import numpy as np

from nncli.core.errors import DataError
from nncli.core.spelling import suggestion
from nncli.core.types import Array
from nncli.data.files import opened


@dataclass(frozen=True)
class Table:
    """Columns of cells as they stand in the file; a blank cell is "".

    Args:
        name: the file, for messages.
        columns: the cells of every column by its name, in the order of the file.
        lines: (n,) the line of the file on which every row begins, from 1.
    """

    name: str
    columns: dict[str, Array]
    lines: Array

    def __len__(self) -> int:
        return len(self.lines)

    def take(self, indices: Array) -> Table:
        """Some of the rows."""
        columns = {name: cells[indices] for name, cells in self.columns.items()}
        return Table(self.name, columns, self.lines[indices])

    def cells(self, name: str, key: str | None = None) -> Array:
        """The cells of one column; `key` is the source's key that names it, for the error.

        Raises:
            DataError: where there is no such column.
        """
        if name not in self.columns:
            raise DataError(f"{self.name}: no column {name!r}{suggestion(name, self.columns)}", key=key)
        return self.columns[name]

    def numbers(self, name: str) -> Array:
        """One column as float64, blank cells as nan.

        Raises:
            DataError: naming the first cell that is no finite number.
        """
        cells = self.cells(name)
        values, bad = parse_numbers(cells)
        if bad is not None:
            raise DataError(
                f"{self.name}:{self.lines[bad]}: column {name!r}: expected a finite number; got {cells[bad]!r}"
            )
        return values


def parse_numbers(cells: Array) -> tuple[Array, int | None]:
    """(values, first bad row): float64 with nan for blanks, and the first cell that is no finite number, if any."""
    blank = cells == ""
    try:
        values = np.where(blank, "nan", cells).astype(np.float64)
    except ValueError:
        values = np.array([_number(cell) for cell in cells], np.float64)
    bad = ~np.isfinite(values) & ~blank
    return values, int(bad.argmax()) if bad.any() else None


def _number(cell: str) -> float:
    try:
        return float(cell) if cell else float("nan")
    except ValueError:
        return float("nan")


def read_table(path: str) -> Table:
    """A table with a header line from a .csv or .tsv file, gzipped or not.

    Raises:
        DataError: where the file cannot be read, has no rows, or a row is too short or too long.
    """
    with opened(path) as file:
        content = file.read()
    try:
        return parse_table(gzip.decompress(content) if path.lower().endswith(".gz") else content, path)
    except (OSError, EOFError, zlib.error) as error:
        raise DataError(f"{path}: not a whole gzip file ({error})") from None


def parse_table(content: bytes, name: str) -> Table:
    """A table from the content of a file.

    The separator is the tab for .tsv, and otherwise whichever of comma, semicolon and tab the header has most of.
    A byte-order mark, quoted fields and blank lines are understood; spaces around a cell do not count.

    Args:
        content: UTF-8 text.
        name: of the file, for messages.

    Raises:
        DataError: where it is no text, has no rows, or a row is too short or too long.
    """
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise DataError(f"{name}: not UTF-8 text ({error.reason} at byte {error.start})") from None
    return _parse(io.StringIO(text, newline=""), name)


def _parse(text: TextIO, path: str) -> Table:
    first = text.readline()
    bare = path.lower().removesuffix(".gz")
    separator = "\t" if bare.endswith(".tsv") else max(",;\t", key=first.count)
    reader = csv.reader(_chain(first, text), delimiter=separator, strict=True)
    try:
        header = [name.strip() for name in next(reader, [])]
        _check_header(header, path)
        rows, lines, line = [], [], reader.line_num + 1
        for row in reader:
            if len(row) == len(header):
                rows.append(row)
                lines.append(line)
            elif row:
                raise DataError(f"{path}:{line}: {len(row)} cells, but the header has {len(header)} columns")
            line = reader.line_num + 1
    except csv.Error as error:
        raise DataError(f"{path}:{reader.line_num}: {error}") from None
    if not rows:
        raise DataError(f"{path}: no rows below the header")
    cells = [np.array([cell.strip() for cell in column], dtype=object) for column in zip(*rows, strict=True)]
    return Table(path, dict(zip(header, cells, strict=True)), np.array(lines))


def _chain(first: str, rest: TextIO) -> Sequence[str]:
    from itertools import chain

    return chain((first,), rest)  # type: ignore[return-value]  # csv wants any iterable of lines


def _check_header(header: list[str], path: str) -> None:
    if not any(header):
        raise DataError(f"{path}:1: expected a header line with column names; got an empty one")
    twice = [name for name, count in Counter(header).items() if count > 1]
    if twice and twice != [""]:
        raise DataError(f"{path}:1: two columns are named {twice[0]!r}; rename one")
    if "" in header:
        raise DataError(f"{path}:1: column {header.index('') + 1} has no name; give it one")
    if all(_is_number(name) for name in header):
        raise DataError(f"{path}:1: expected a header line with column names; got numbers: {', '.join(header[:4])}")


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True
