"""What the lines of a file hold, column by column."""

from __future__ import annotations

import io
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import TextIO

import numpy as np

from nncli.core.types import Array
from nncli.data.tables.blocks import NotPlainError
from nncli.data.tables.csv_rows import csv_rows
from nncli.data.tables.decoding import decoded, text_of
from nncli.data.tables.fields import QUOTE, Fields, split_fields
from nncli.data.tables.numbers import EXACT, is_code, number_of, numbers_among
from nncli.data.tables.texts import Texts


@dataclass(frozen=True)
class Part:
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


@dataclass(frozen=True)
class Layout:
    """How the lines of a file are read.

    Args:
        name: of the file, for messages.
        header: the names of the columns.
        separator: the sign between fields.
        blanks: what counts as blank besides nothing.
        numbers: the columns that are read as numbers.
        texts: those that are read as text.
        padded: those of the former in which 007 is no number, nor is one that is longer than a double.
    """

    name: str
    header: list[str]
    separator: str
    blanks: frozenset[str]
    numbers: tuple[int, ...] = ()
    texts: tuple[int, ...] = ()
    padded: tuple[int, ...] = ()

    def reading(self, numbers: list[int], texts: list[int], labels: Collection[int]) -> Layout:
        """The same file, with these columns read as numbers, of which some are labels, and these as text."""
        padded = tuple(index for index in numbers if index in labels)
        return replace(self, numbers=tuple(numbers), texts=tuple(texts), padded=padded)

    def part(self, block: bytes, line: int) -> Part:
        """A block of whole lines, of which the first is that line of the file."""
        width = len(self.header)
        fields = split_fields(block, width, ord(self.separator))
        if fields is not None:
            return self._of_fields(fields, line)
        if QUOTE in block:
            raise NotPlainError
        with decoded(io.BytesIO(block), self.name) as text:
            return self.of_rows(list(self.csv_rows(text, line)))

    def csv_rows(self, text: TextIO, line: int) -> Iterator[tuple[int, list[str]]]:
        """(line, cells) of every row of some text, of which the first is that line of the file."""
        return csv_rows(text, self.name, len(self.header), self.separator, line)

    def _of_fields(self, fields: Fields, line: int) -> Part:
        width = len(self.header)
        numbers, good = fields.numbers(np.array(self.numbers, np.intp), width)
        if likely_blank := numbers_among(self.blanks):
            good = good & ~np.isin(numbers, likely_blank)  # whether it is blank, its text tells
        failing = set()
        for column in self.padded:
            row = self.numbers.index(column)
            codes = fields.padded_with_zeros(column, width) | (np.abs(numbers[row]) >= EXACT)
            if (codes & good[row]).any():
                failing.add(column)
        for index in np.flatnonzero(~good.all(axis=1)).tolist():
            rows = np.flatnonzero(~good[index])
            column = self.numbers[index]
            values = self._cells(fields.cells(column, width, rows), column in self.padded)
            if values is None:
                failing.add(column)
            else:
                numbers[index, rows] = values
        texts = [self._encoded(fields.cells(column, width), fields.quoted) for column in self.texts]
        return Part(fields.lines(width) + line, numbers, texts, failing)

    def _cells(self, cells: Iterable[bytes], padded: bool) -> list[float] | None:
        """The numbers of cells that are unusual, such as 1e-3; None where one of them is none.

        Args:
            cells: as they stand there.
            padded: whether 007 is none.
        """
        values = []
        for cell in cells:
            text = _unquoted(text_of(cell, self.name), True)
            value = float("nan") if text in self.blanks else number_of(text)
            if value is None or (padded and text not in self.blanks and is_code(text)):
                return None
            values.append(value)
        return values

    def _encoded(self, cells: list[bytes], quoted: bool) -> Texts:
        numbers: dict[bytes, int] = {}
        codes = np.array([numbers.setdefault(cell, len(numbers)) for cell in cells], np.int32)
        return Texts(codes, tuple(self._shown(_unquoted(text_of(cell, self.name), quoted)) for cell in numbers))

    def _shown(self, text: str) -> str:
        return "" if text in self.blanks else text

    def of_rows(self, rows: Sequence[tuple[int, list[str]]]) -> Part:
        """Rows of the csv module, each with its line."""
        columns = [[cell.strip() for cell in column] for column in zip(*(cells for _, cells in rows), strict=True)]
        columns = columns or [[] for _ in self.header]
        numbers = np.full((len(self.numbers), len(rows)), np.nan)
        failing: set[int] = set()
        for index, column in enumerate(self.numbers):
            for row, cell in enumerate(columns[column]):
                if cell not in self.blanks:
                    value = number_of(cell)
                    if value is None or (column in self.padded and is_code(cell)):
                        failing.add(column)
                        break
                    numbers[index, row] = value
        texts = []
        for column in self.texts:
            known: dict[str, int] = {}
            codes = [known.setdefault(self._shown(cell), len(known)) for cell in columns[column]]
            texts.append(Texts(np.array(codes, np.int32), tuple(known)))
        return Part(np.array([line for line, _ in rows], np.int64), numbers, texts, failing)


def _unquoted(text: str, quoted: bool) -> str:
    if quoted and text.startswith('"') and text.endswith('"') and len(text) > 1:
        text = text[1:-1].replace('""', '"')
    return text.strip()
