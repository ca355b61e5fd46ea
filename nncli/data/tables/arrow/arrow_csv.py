"""Read delimited text with Arrow, with exactly the values that `delimited_text` reads."""

from __future__ import annotations

import io
from mmap import mmap
from typing import Any, TypeAlias

import numpy as np

from nncli.data.tables.arrow.arrow_columns import cells_of, has_unexpected_values
from nncli.data.tables.arrow.line_checks import count_lines, is_well_quoted
from nncli.data.tables.dataframe import Table
from nncli.data.tables.header import read_header
from nncli.data.tables.read_options import ReadOptions
from nncli.data.tables.zero_padding import zero_padded_columns

MAX_HEADER_BYTES = 1 << 16
TYPE_SAMPLE_BYTES = 1 << 20  # column types are inferred from the first lines, up to this size
BLOCK_BYTES = 1 << 22  # size of the blocks that Arrow parses
Buffer: TypeAlias = bytes | mmap


def read_arrow_csv(content: Buffer, name: str, options: ReadOptions) -> Table | None:
    """Read a table from delimited text; return None if its text is too irregular for Arrow.

    Args:
        content: UTF-8 text with a header line.
        name: name of the file, for messages.
        options: how columns are read.

    Raises:
        DataError: if the header is invalid.
    """
    import pyarrow as pa
    from pyarrow import csv

    start = io.BytesIO(content[:MAX_HEADER_BYTES])
    header, separator, header_lines = read_header(start, name)
    body = memoryview(content)[start.tell() :]
    if start.tell() == len(start.getvalue()) or content.find(b"\r") >= 0:
        return None
    if content.find(b'"') >= 0 and not is_well_quoted(body, separator):
        return None

    def read(body: memoryview, types: dict[str, Any]) -> Any:
        return csv.read_csv(
            pa.BufferReader(pa.py_buffer(body)),
            csv.ReadOptions(column_names=header, block_size=BLOCK_BYTES),
            csv.ParseOptions(delimiter=separator),
            csv.ConvertOptions(
                column_types=types,
                null_values=["", *options.blanks],
                strings_can_be_null=True,
                quoted_strings_can_be_null=True,
                true_values=[],
                false_values=[],
            ),
        )

    try:
        sample = read(_first_lines(body), {})
        types = {column: _column_type(sample[column], column, options) for column in header}
        table = read(body, {column: kind for column, kind in types.items() if kind is not None})
    except pa.ArrowInvalid:
        return None
    rows = table.num_rows
    if rows == 0 or rows != count_lines(body):
        return None
    if any(has_unexpected_values(table[column], options) for column in header):
        return None
    columns = {column: cells_of(table[column], column, options) for column in header}
    padded = zero_padded_columns(bytes(_first_lines(body)), len(header), ord(separator))
    lines = np.arange(header_lines + 1, header_lines + 1 + rows)
    return Table(name, columns, lines, zero_padded=tuple(header[index] for index in padded))


def _first_lines(body: memoryview) -> memoryview:
    """Return the first lines, up to TYPE_SAMPLE_BYTES."""
    end = bytes(body[:TYPE_SAMPLE_BYTES]).rfind(b"\n") + 1
    return body if len(body) <= TYPE_SAMPLE_BYTES or not end else body[:end]


def _column_type(column: Any, name: str, options: ReadOptions) -> Any:
    """Return the Arrow type for reading a column; None lets Arrow choose.

    The choice depends on the type that Arrow inferred from the first lines, which is the type of `column`.

    Integers are read as floats, because Arrow reads 0x1F as an integer.
    """
    import pyarrow as pa

    if name in options.label_columns or name in options.text_columns:
        return pa.string()
    if pa.types.is_integer(column.type) or pa.types.is_floating(column.type):
        return pa.float64()
    if pa.types.is_null(column.type):
        return None
    return pa.dictionary(pa.int32(), pa.string())
