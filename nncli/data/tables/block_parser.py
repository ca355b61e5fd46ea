"""Parse blocks of lines into columns of numbers and of text."""

from __future__ import annotations

import io
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TextIO

import numpy as np

from nncli.data.tables.csv_rows import csv_rows
from nncli.data.tables.field_splitting import QUOTE, Fields, split_fields
from nncli.data.tables.line_blocks import IrregularQuotesError
from nncli.data.tables.number_parsing import INTEGER_LIMIT, is_code, numbers_among, parse_number
from nncli.data.tables.parsed_rows import ParsedRows
from nncli.data.tables.text_column import TextColumn
from nncli.data.tables.utf8_decoding import decode_cell, decoded_file


@dataclass(frozen=True)
class BlockParser:
    """Parses the lines of one file; columns are numbered from 0.

    Args:
        name: name of the file, for messages.
        header: the names of the columns.
        separator: the character between fields.
        blanks: texts that mean a blank cell, including the empty text.
        numbers: the columns to parse as numbers.
        texts: the columns to parse as text.
        labels: the number columns that become text if a cell is a code such as 007 or a number too long for a double.
    """

    name: str
    header: list[str]
    separator: str
    blanks: frozenset[str]
    numbers: tuple[int, ...] = ()
    texts: tuple[int, ...] = ()
    labels: tuple[int, ...] = ()

    def for_columns(self, numbers: list[int], texts: list[int], labels: Collection[int]) -> BlockParser:
        """Return a parser of the same file for these columns; `labels` may include columns not in `numbers`."""
        number_labels = tuple(index for index in numbers if index in labels)
        return replace(self, numbers=tuple(numbers), texts=tuple(texts), labels=number_labels)

    def parse_block(self, block: bytes, line: int) -> ParsedRows:
        """Parse whole lines.

        Args:
            block: the lines.
            line: line number of the first line in the file.

        Raises:
            DataError: if a row is too short or too long, or the block is not UTF-8.
            IrregularQuotesError: if quotes are irregular, so that only the csv module can find the ends of the rows.
        """
        width = len(self.header)
        fields = split_fields(block, width, ord(self.separator))
        if fields is not None:
            return self._parse_fields(fields, line)
        if QUOTE in block:
            raise IrregularQuotesError
        with decoded_file(io.BytesIO(block), self.name) as text:
            return self.parse_rows(list(self.csv_rows(text, line)))

    def csv_rows(self, text: TextIO, line: int) -> Iterator[tuple[int, list[str]]]:
        """Yield (line, cells) of every row of a text whose first line has the number `line` in the file."""
        return csv_rows(text, self.name, len(self.header), self.separator, line)

    def _parse_fields(self, fields: Fields, line: int) -> ParsedRows:
        width = len(self.header)
        numbers, parsed = fields.numbers(np.array(self.numbers, np.intp), width)
        if numeric_blanks := numbers_among(self.blanks):
            # these cells are compared with the blanks as text below, because -999.0 is not the blank -999
            parsed = parsed & ~np.isin(numbers, numeric_blanks)
        failed = set()
        for column in self.labels:
            index = self.numbers.index(column)
            codes = fields.has_leading_zero(column, width) | (np.abs(numbers[index]) >= INTEGER_LIMIT)
            if (codes & parsed[index]).any():
                failed.add(column)
        for index in np.flatnonzero(~parsed.all(axis=1)).tolist():
            rows = np.flatnonzero(~parsed[index])
            column = self.numbers[index]
            values = self._parse_cells(fields.cells(column, width, rows), column in self.labels)
            if values is None:
                failed.add(column)
            else:
                numbers[index, rows] = values
        texts = [self._factorize(fields.cells(column, width), fields.quoted) for column in self.texts]
        return ParsedRows(fields.lines(width) + line, numbers, texts, failed)

    def _parse_cells(self, cells: Iterable[bytes], is_label: bool) -> list[float] | None:
        """Parse blank cells and unusual numbers such as 1e-3, one by one.

        Args:
            cells: the bytes of the cells in the file.
            is_label: whether the cells are labels, so that codes such as 007 are not numbers.

        Returns:
            None if a cell is not a number.
        """
        values = []
        for cell in cells:
            text = _unquote(decode_cell(cell, self.name), True)
            value = float("nan") if text in self.blanks else parse_number(text)
            if value is None or (is_label and text not in self.blanks and is_code(text)):
                return None
            values.append(value)
        return values

    def _factorize(self, cells: list[bytes], quoted: bool) -> TextColumn:
        codes_by_cell: dict[bytes, int] = {}
        codes = np.array([codes_by_cell.setdefault(cell, len(codes_by_cell)) for cell in cells], np.int32)
        texts = (self._blank_as_empty(_unquote(decode_cell(cell, self.name), quoted)) for cell in codes_by_cell)
        return TextColumn(codes, tuple(texts))

    def _blank_as_empty(self, text: str) -> str:
        return "" if text in self.blanks else text

    def parse_rows(self, rows: Sequence[tuple[int, list[str]]]) -> ParsedRows:
        """Parse rows that the csv module has read, each (line, cells)."""
        columns = [[cell.strip() for cell in column] for column in zip(*(cells for _, cells in rows), strict=True)]
        columns = columns or [[] for _ in self.header]
        numbers = np.full((len(self.numbers), len(rows)), np.nan)
        failed: set[int] = set()
        for index, column in enumerate(self.numbers):
            for row, cell in enumerate(columns[column]):
                if cell not in self.blanks:
                    value = parse_number(cell)
                    if value is None or (column in self.labels and is_code(cell)):
                        failed.add(column)
                        break
                    numbers[index, row] = value
        texts = []
        for column in self.texts:
            codes_by_text: dict[str, int] = {}
            cells = map(self._blank_as_empty, columns[column])
            codes = [codes_by_text.setdefault(cell, len(codes_by_text)) for cell in cells]
            texts.append(TextColumn(np.array(codes, np.int32), tuple(codes_by_text)))
        return ParsedRows(np.array([line for line, _ in rows], np.int64), numbers, texts, failed)


def _unquote(text: str, quoted: bool) -> str:
    if quoted and text.startswith('"') and text.endswith('"') and len(text) > 1:
        text = text[1:-1].replace('""', '"')
    return text.strip()
