"""Read a table from delimited text: .csv and .tsv.

Blocks of whole lines are parsed on several threads. A column is parsed as numbers; if a later block has a cell that
is neither a number nor blank, the file is read once more to get that column as text. Irregular text (blank lines,
rows that are too short or too long, quotes inside a field) is left to Python's csv module, which is slower and reports
what is wrong.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from itertools import islice
from typing import BinaryIO

import numpy as np

from nncli.core.errors import DataError
from nncli.core.types import Array
from nncli.data.tables.block_parser import BlockParser
from nncli.data.tables.cells import Cells
from nncli.data.tables.dataframe import Table
from nncli.data.tables.growable_matrix import GrowableMatrix
from nncli.data.tables.header import read_header
from nncli.data.tables.line_blocks import IrregularQuotesError, first_block, line_blocks
from nncli.data.tables.parallel_map import parallel_map
from nncli.data.tables.parsed_rows import ParsedRows
from nncli.data.tables.read_options import ReadOptions
from nncli.data.tables.text_column import TextColumn
from nncli.data.tables.utf8_decoding import decoded_file
from nncli.data.tables.zero_padding import zero_padded_columns

MALLOC_HINT_BYTES = 31 << 20  # freeing a buffer of this size once makes glibc keep such memory for reuse
CSV_ROWS_AT_ONCE = 1 << 14

Open = Callable[[], AbstractContextManager[BinaryIO]]


def read_delimited(open_text: Open, name: str, options: ReadOptions) -> Table:
    """Read a table from delimited UTF-8 text with a header line.

    The text may have a byte-order mark, quoted fields and blank lines; spaces around a cell are removed.

    Args:
        open_text: a function that opens the text; it may be called more than once.
        name: name of the file, for messages.
        options: how columns are read.

    Raises:
        DataError: if the file is not text or has no rows, or if a row is too short or too long.
    """
    np.empty(MALLOC_HINT_BYTES, np.uint8)
    try:
        return _read(open_text, name, options, _parse_in_blocks)
    except IrregularQuotesError:
        return _read(open_text, name, options, _parse_by_csv_module)


def _read(open_text: Open, name: str, options: ReadOptions, parse: Callable[..., Iterator[ParsedRows]]) -> Table:
    with open_text() as file:
        header, separator, _ = read_header(file, name)
        first = first_block(file)
    parser = BlockParser(name, header, separator, frozenset(("", *options.blanks)))
    texts = {index for index, column in enumerate(header) if column in options.text_columns}
    labels = {index for index, column in enumerate(header) if column in options.label_columns}
    texts |= _text_columns_of(parser, texts, labels, first)
    numbers = [index for index in range(len(header)) if index not in texts]
    rows = _concatenate(parse, open_text, parser.for_columns(numbers, sorted(texts), labels))
    if not len(rows.lines):
        raise DataError(f"{name}: no rows below the header")
    columns: dict[int, Cells] = dict(zip(numbers, rows.numbers, strict=True))
    columns |= dict(zip(sorted(texts), rows.texts, strict=True))
    if rows.failed:
        late = sorted(rows.failed)
        again = _concatenate(parse, open_text, parser.for_columns([], late, ()))
        columns |= dict(zip(late, again.texts, strict=True))
    zero_padded = tuple(header[index] for index in zero_padded_columns(first, len(header), ord(separator)))
    cells = {column: columns[index] for index, column in enumerate(header)}
    return Table(name, cells, rows.lines, zero_padded=zero_padded)


def _text_columns_of(parser: BlockParser, texts: set[int], labels: set[int], block: bytes) -> set[int]:
    """Return the columns that have text in the first block; parsed as text, they rarely cause a second reading."""
    numbers = [index for index in range(len(parser.header)) if index not in texts]
    try:
        return parser.for_columns(numbers, [], labels).parse_block(block, 1).failed if block else set()
    except (IrregularQuotesError, DataError):
        return set()  # the error is raised again, with the correct line, when this block is parsed


def _concatenate(parse: Callable[..., Iterator[ParsedRows]], open_text: Open, parser: BlockParser) -> ParsedRows:
    """Parse all rows of a file."""
    lines, numbers = [np.zeros(0, np.int64)], GrowableMatrix(len(parser.numbers))
    codes: list[list[Array]] = [[np.zeros(0, np.int32)] for _ in parser.texts]
    codes_by_text: list[dict[str, int]] = [{} for _ in parser.texts]
    failed: set[int] = set()
    for rows in parse(open_text, parser):
        lines.append(rows.lines)
        numbers.append(rows.numbers)
        failed |= rows.failed
        for index, texts in enumerate(rows.texts):
            merged = codes_by_text[index]
            merged_codes = np.array([merged.setdefault(text, len(merged)) for text in texts.values], np.int32)
            codes[index].append(merged_codes[texts.codes] if len(merged_codes) else texts.codes)
    columns = [TextColumn(np.concatenate(part), tuple(text)) for part, text in zip(codes, codes_by_text, strict=True)]
    return ParsedRows(np.concatenate(lines), numbers.view(), columns, failed)


def _parse_in_blocks(open_text: Open, parser: BlockParser) -> Iterator[ParsedRows]:
    with open_text() as file:
        _, _, header_lines = read_header(file, parser.name)

        def numbered_blocks() -> Iterator[tuple[bytes, int]]:
            line = header_lines + 1
            for block in line_blocks(file):
                yield block, line
                line += block.count(b"\n")

        yield from parallel_map(lambda item: parser.parse_block(*item), numbered_blocks())


def _parse_by_csv_module(open_text: Open, parser: BlockParser) -> Iterator[ParsedRows]:
    with open_text() as file:
        _, _, header_lines = read_header(file, parser.name)
        with decoded_file(file, parser.name) as text:
            rows = parser.csv_rows(text, header_lines + 1)
            while some := list(islice(rows, CSV_ROWS_AT_ONCE)):
                yield parser.parse_rows(some)
