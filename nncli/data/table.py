"""A table of named columns, kept as text until it is known what each column means."""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import chain
from typing import BinaryIO, TextIO

import numpy as np

from nncli.core.errors import DataError
from nncli.core.spelling import nearest, suggestion
from nncli.core.types import Array
from nncli.core.wording import names
from nncli.data.files import unpacked


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


def no_columns(missing: Sequence[str], there: Iterable[str], wanted: Collection[str]) -> str:
    """What is said of columns that are not there: each with the nearest one that is not wanted by its own name."""
    there = list(there)
    if len(missing) == 1:
        match = nearest(missing[0], [name for name in there if name not in wanted])
        hint = f"; did you mean {match!r}?" if match else "."
        return f"no column {missing[0]!r}{hint} Known: {names(there)}"
    free = [name for name in there if name not in wanted]
    told = [f"{name!r}" + (f" (did you mean {match!r}?)" if (match := nearest(name, free)) else "") for name in missing]
    return f"no column{'s' * (len(missing) > 1)} {names(told)}. Known: {names(there)}"


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
    with unpacked(path) as file, _text(file, path) as text:
        return _table(_Reader(text, path), path)


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
    with _text(io.BytesIO(content), name) as text:
        return _table(_Reader(text, name), name)


def glance_at_table(path: str, whole: Sequence[str], count: int) -> tuple[Table, Table, Array]:
    """(some columns whole, all columns of some rows, the numbers of these rows) of a file too large to keep.

    Args:
        path: of the file.
        whole: the columns to keep whole; those that are not there are left out.
        count: how many rows to keep at least, where there are as many; at most twice that, at even distances.

    Raises:
        DataError: as for `read_table`.
    """
    with unpacked(path) as file, _text(file, path) as text:
        reader = _Reader(text, path)
        kept = {name: reader.header.index(name) for name in whole if name in reader.header}
        columns: dict[str, list[str]] = {name: [] for name in kept}
        lines: list[int] = []
        some: list[list[str]] = []
        step = 1
        for number, (line, row) in enumerate(reader):
            lines.append(line)
            for name, index in kept.items():
                columns[name].append(row[index].strip())
            if number % step == 0:
                some.append(row)
                if len(some) == 2 * count:
                    some, step = some[::2], 2 * step
    if not lines:
        raise DataError(f"{path}: no rows below the header")
    numbers = np.arange(len(some)) * step
    cells = {name: np.array(column, dtype=object) for name, column in columns.items()}
    return Table(path, cells, np.array(lines)), _columns(path, reader.header, some, np.array(lines)[numbers]), numbers


@contextmanager
def _text(file: BinaryIO, name: str) -> Iterator[TextIO]:
    try:
        with io.TextIOWrapper(file, encoding="utf-8-sig", newline="") as text:
            yield text
    except UnicodeDecodeError as error:
        raise DataError(f"{name}: not UTF-8 text ({error.reason} at byte {error.start})") from None


class _Reader:
    """The rows below a header as (line, cells), each as long as the header.

    Args:
        text: the file.
        path: its name, for messages and, by its ending, for the separator.
    """

    def __init__(self, text: TextIO, path: str) -> None:
        first = text.readline()
        bare = path.lower().removesuffix(".gz")
        separator = "\t" if bare.endswith(".tsv") else max(",;\t", key=first.count)
        self._reader = csv.reader(chain((first,), text), delimiter=separator, strict=True)
        self._path = path
        try:
            self.header = [name.strip() for name in next(self._reader, [])]
        except csv.Error as error:
            raise DataError(f"{path}:{self._reader.line_num}: {error}") from None
        _check_header(self.header, path)

    def __iter__(self) -> Iterator[tuple[int, list[str]]]:
        width, reader = len(self.header), self._reader
        line = reader.line_num + 1
        try:
            for row in reader:
                if len(row) == width:
                    yield line, row
                elif row:
                    raise DataError(f"{self._path}:{line}: {len(row)} cells, but the header has {width} columns")
                line = reader.line_num + 1
        except csv.Error as error:
            raise DataError(f"{self._path}:{reader.line_num}: {error}") from None


def _table(reader: _Reader, path: str) -> Table:
    lines, rows = [], []
    for line, row in reader:
        lines.append(line)
        rows.append(row)
    if not rows:
        raise DataError(f"{path}: no rows below the header")
    return _columns(path, reader.header, rows, np.array(lines))


def _columns(path: str, header: list[str], rows: list[list[str]], lines: Array) -> Table:
    cells = [np.array([cell.strip() for cell in column], dtype=object) for column in zip(*rows, strict=True)]
    return Table(path, dict(zip(header, cells, strict=True)), lines)


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
