"""Tables from delimited text: .csv and .tsv.

Blocks of whole lines are read one after another and parsed on several threads. A column is numbers as long as every
cell in it is one or is blank; where it turns out not to be, the file is read once more for its text. What is not
regular (blank lines, a row too short or too long, quotes in unusual places) is left to Python's csv module, which is
slower and says what is wrong.
"""

from __future__ import annotations

import csv
import io
import os
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from itertools import islice
from typing import BinaryIO, TextIO, TypeVar

import numpy as np

from nncli.core.errors import DataError
from nncli.core.types import Array
from nncli.data.tables.fields import NEWLINE, QUOTE, Fields, split_fields
from nncli.data.tables.growing import Growing
from nncli.data.tables.header import read_header
from nncli.data.tables.numbers import is_padded, number_of, numbers_among
from nncli.data.tables.table import Table, Wanted
from nncli.data.tables.texts import Texts

BLOCK = 1 << 20  # bytes parsed at a time, so that what is made of them fits the cache
ONCE = (
    31 << 20
)  # bytes; once so many were freed, the C library keeps smaller ones instead of giving them back each time
ROWS = 1 << 14  # rows at a time where the csv module reads
MOST_THREADS = 4
MOST_BLOCKS = 8  # in which a line has to end; each more is looked through from its beginning

T = TypeVar("T")
R = TypeVar("R")
Opening = Callable[[], AbstractContextManager[BinaryIO]]


@dataclass(frozen=True)
class _Part:
    """What some lines hold.

    Args:
        lines: (n,) the line of the file on which every row begins, from 1.
        numbers: (columns, n) of those columns that are read as numbers.
        texts: of those that are read as text.
        failing: columns of numbers in which something else stands.
    """

    lines: Array
    numbers: Array
    texts: list[Texts]
    failing: set[int] = field(default_factory=set)


class _NotPlainError(Exception):
    """The quotes in a block are not as they should be, so that it is not known where its lines end."""


@dataclass(frozen=True)
class _Layout:
    """How the lines of a file are read.

    Args:
        name: of the file, for messages.
        header: the names of the columns.
        separator: the sign between fields.
        blanks: what counts as blank besides nothing.
        numbers: the columns that are read as numbers.
        texts: those that are read as text.
        padded: those of the former in which 007 is no number.
    """

    name: str
    header: list[str]
    separator: str
    blanks: frozenset[str]
    numbers: tuple[int, ...]
    texts: tuple[int, ...]
    padded: tuple[int, ...]

    def part(self, block: bytes, line: int) -> _Part:
        """A block of whole lines, of which the first is that line of the file."""
        width = len(self.header)
        fields = split_fields(block, width, ord(self.separator))
        if fields is not None:
            return self._of_fields(fields, line)
        if QUOTE in block:
            raise _NotPlainError
        with decoded(io.BytesIO(block), self.name) as text:
            return self.of_rows(list(rows_of(text, self, line)))

    def _of_fields(self, fields: Fields, line: int) -> _Part:
        width = len(self.header)
        numbers, good = fields.numbers(np.array(self.numbers, np.intp), width)
        if likely_blank := numbers_among(self.blanks):
            good = good & ~np.isin(numbers, likely_blank)  # whether it is blank, its text tells
        failing = {
            column
            for column in self.padded
            if (fields.padded_with_zeros(column, width) & good[self.numbers.index(column)]).any()
        }
        for index in np.flatnonzero(~good.all(axis=1)).tolist():
            rows = np.flatnonzero(~good[index])
            column = self.numbers[index]
            values = self._cells(fields.cells(column, width, rows), column in self.padded)
            if values is None:
                failing.add(column)
            else:
                numbers[index, rows] = values
        texts = [self._encoded(fields.cells(column, width), fields.quoted) for column in self.texts]
        return _Part(fields.lines(width) + line, numbers, texts, failing)

    def _cells(self, cells: Iterable[bytes], padded: bool) -> list[float] | None:
        """The numbers of cells that are unusual, such as 1e-3; None where one of them is none.

        Args:
            cells: as they stand there.
            padded: whether 007 is none.
        """
        values = []
        for cell in cells:
            text = _unquoted(_text(cell, self.name), True)
            value = float("nan") if text in self.blanks else number_of(text)
            if value is None or (padded and text not in self.blanks and is_padded(text)):
                return None
            values.append(value)
        return values

    def _encoded(self, cells: list[bytes], quoted: bool) -> Texts:
        numbers: dict[bytes, int] = {}
        codes = np.array([numbers.setdefault(cell, len(numbers)) for cell in cells], np.int32)
        return Texts(codes, tuple(self._shown(_unquoted(_text(cell, self.name), quoted)) for cell in numbers))

    def _shown(self, text: str) -> str:
        return "" if text in self.blanks else text

    def of_rows(self, rows: Sequence[tuple[int, list[str]]]) -> _Part:
        """Rows of the csv module, each with its line."""
        columns = [[cell.strip() for cell in column] for column in zip(*(cells for _, cells in rows), strict=True)]
        columns = columns or [[] for _ in self.header]
        numbers = np.full((len(self.numbers), len(rows)), np.nan)
        failing: set[int] = set()
        for index, column in enumerate(self.numbers):
            for row, cell in enumerate(columns[column]):
                if cell not in self.blanks:
                    value = number_of(cell)
                    if value is None or (column in self.padded and is_padded(cell)):
                        failing.add(column)
                        break
                    numbers[index, row] = value
        texts = []
        for column in self.texts:
            known: dict[str, int] = {}
            codes = [known.setdefault(self._shown(cell), len(known)) for cell in columns[column]]
            texts.append(Texts(np.array(codes, np.int32), tuple(known)))
        return _Part(np.array([line for line, _ in rows], np.int64), numbers, texts, failing)


def read_delimited(opening: Opening, name: str, wanted: Wanted) -> Table:
    """A table from delimited UTF-8 text with a header line.

    The separator is the tab for .tsv, and otherwise whichever of comma, semicolon and tab the header has most of.
    A byte-order mark, quoted fields and blank lines are understood; spaces around a cell do not count.

    Args:
        opening: opens the text, perhaps more than once.
        name: of the file, for messages.
        wanted: what is wanted of its columns.

    Raises:
        DataError: where it is no text, has no rows, or a row is too short or too long.
    """
    np.empty(ONCE, np.uint8)
    try:
        return _read(opening, name, wanted, _in_blocks)
    except _NotPlainError:
        return _read(opening, name, wanted, _by_csv)


def _read(opening: Opening, name: str, wanted: Wanted, parts: Callable[..., Iterator[_Part]]) -> Table:
    with opening() as file:
        header, separator, _ = read_header(file, name)
        first = _first_block(file)
    kinds = _Layout(name, header, separator, frozenset(("", *wanted.blanks)), (), (), ())
    texts = {index for index, column in enumerate(header) if column in wanted.texts}
    labels = {index for index, column in enumerate(header) if column in wanted.labels}
    texts |= _failing_at_first(kinds, texts, labels, first)
    numbers = [index for index in range(len(header)) if index not in texts]
    collected = _collect(parts, opening, _with(kinds, numbers, sorted(texts), labels))
    if not len(collected.lines):
        raise DataError(f"{name}: no rows below the header")
    columns: dict[int, Array | Texts] = dict(zip(numbers, collected.numbers, strict=True))
    columns |= dict(zip(sorted(texts), collected.texts, strict=True))
    if collected.failing:
        late = sorted(collected.failing)
        columns |= dict(zip(late, _collect(parts, opening, _with(kinds, [], late, set())).texts, strict=True))
    return Table(name, {column: columns[index] for index, column in enumerate(header)}, collected.lines)


def _with(layout: _Layout, numbers: list[int], texts: list[int], labels: set[int]) -> _Layout:
    padded = tuple(index for index in numbers if index in labels)
    return _Layout(layout.name, layout.header, layout.separator, layout.blanks, tuple(numbers), tuple(texts), padded)


def _failing_at_first(layout: _Layout, texts: set[int], labels: set[int], block: bytes) -> set[int]:
    """The columns that show to be text in the first block, so that few are read twice."""
    numbers = [index for index in range(len(layout.header)) if index not in texts]
    try:
        return _with(layout, numbers, [], labels).part(block, 1).failing if block else set()
    except (_NotPlainError, DataError):
        return set()  # told when the block is read in its turn


def _collect(parts: Callable[..., Iterator[_Part]], opening: Opening, layout: _Layout) -> _Part:
    """All rows of a file."""
    lines, numbers = [np.zeros(0, np.int64)], Growing(len(layout.numbers))
    codes: list[list[Array]] = [[np.zeros(0, np.int32)] for _ in layout.texts]
    values: list[dict[str, int]] = [{} for _ in layout.texts]
    failing: set[int] = set()
    for part in parts(opening, layout):
        lines.append(part.lines)
        numbers.append(part.numbers)
        failing |= part.failing
        for index, texts in enumerate(part.texts):
            known = values[index]
            own = np.array([known.setdefault(text, len(known)) for text in texts.values], np.int32)
            codes[index].append(own[texts.codes] if len(own) else texts.codes)
    merged = [Texts(np.concatenate(own), tuple(known)) for own, known in zip(codes, values, strict=True)]
    return _Part(np.concatenate(lines), numbers.all(), merged, failing)


def _in_blocks(opening: Opening, layout: _Layout) -> Iterator[_Part]:
    with opening() as file:
        _, _, line = read_header(file, layout.name)

        def numbered() -> Iterator[tuple[bytes, int]]:
            at = line + 1
            for block in _blocks(file):
                yield block, at
                at += block.count(b"\n")

        yield from _in_order(lambda item: layout.part(*item), numbered())


def _by_csv(opening: Opening, layout: _Layout) -> Iterator[_Part]:
    with opening() as file:
        _, _, line = read_header(file, layout.name)
        with decoded(file, layout.name) as text:
            rows = rows_of(text, layout, line + 1)
            while some := list(islice(rows, ROWS)):
                yield layout.of_rows(some)


def _in_order(function: Callable[[T], R], items: Iterator[T]) -> Iterator[R]:
    """The results for all items, in their order, computed on several threads."""
    from concurrent.futures import Future, ThreadPoolExecutor

    threads = min(MOST_THREADS, os.cpu_count() or 1)
    waiting: deque[Future[R]] = deque()
    with ThreadPoolExecutor(threads) as pool:
        try:
            for item in items:
                waiting.append(pool.submit(function, item))
                if len(waiting) > 2 * threads:
                    yield waiting.popleft().result()
            while waiting:
                yield waiting.popleft().result()
        finally:
            for future in waiting:
                future.cancel()


def _blocks(file: BinaryIO) -> Iterator[bytes]:
    """The rest of a file in blocks of whole lines, each with its line break."""
    rest = b""
    while read := file.read(BLOCK):
        block = rest + read
        end = _last_line_end(block)
        if end == 0 and len(block) > MOST_BLOCKS * BLOCK:
            raise _NotPlainError
        if end:
            yield block[:end]
        rest = block[end:]
    if rest:
        yield rest if rest.endswith(b"\n") else rest + b"\n"


def _first_block(file: BinaryIO) -> bytes:
    """The first block; nothing where it is not known where it ends."""
    try:
        return next(_blocks(file), b"")
    except _NotPlainError:
        return b""


def _last_line_end(block: bytes) -> int:
    """Behind the last line break that is not between quotes; 0 where there is none."""
    if QUOTE not in block:
        return block.rfind(b"\n") + 1
    text = np.frombuffer(block, np.uint8)
    inside = np.bitwise_xor.accumulate(text == QUOTE)
    breaks = np.flatnonzero((text == NEWLINE) & ~inside)
    return int(breaks[-1]) + 1 if len(breaks) else 0


@contextmanager
def decoded(file: BinaryIO, name: str) -> Iterator[TextIO]:
    """A file as text.

    Raises:
        DataError: where it is no UTF-8.
    """
    text = io.TextIOWrapper(file, encoding="utf-8-sig", newline="")
    try:
        yield text
        text.detach()
    except UnicodeDecodeError as error:
        raise not_text(name, error) from None


def not_text(name: str, error: UnicodeDecodeError) -> DataError:
    """The error for what is no UTF-8."""
    what = bytes(error.object[error.start : error.start + 1]).hex()
    return DataError(f"{name}: not UTF-8 text (byte 0x{what}: {error.reason}); convert it: iconv -f LATIN1 -t UTF-8")


def rows_of(text: TextIO, layout: _Layout, line: int) -> Iterator[tuple[int, list[str]]]:
    """(line, cells) of every row, as the csv module reads it.

    Args:
        text: lines below the header.
        layout: of the file.
        line: the number of the first of them.

    Raises:
        DataError: where a row is too short or too long, or its quotes are wrong.
    """
    width, name = len(layout.header), layout.name
    reader = csv.reader(text, delimiter=layout.separator, strict=True)
    begun = line
    try:
        for row in reader:
            if len(row) == width:
                yield begun, row
            elif row:
                raise DataError(f"{name}:{begun}: {len(row)} cells, but the header has {width} columns")
            begun = line + reader.line_num
    except csv.Error as error:
        at = line + max(0, reader.line_num - 1)
        quoted = f" (between the quotes of a row that begins on line {begun})" if at > begun else ""
        raise DataError(f"{name}:{at}: {error}{quoted}") from None


def _text(cell: bytes, name: str) -> str:
    try:
        return cell.decode("utf-8")
    except UnicodeDecodeError as error:
        raise not_text(name, error) from None


def _unquoted(text: str, quoted: bool) -> str:
    if quoted and text.startswith('"') and text.endswith('"') and len(text) > 1:
        text = text[1:-1].replace('""', '"')
    return text.strip()
