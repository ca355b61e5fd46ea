"""Read a table with the fastest reader that supports it."""

from __future__ import annotations

import io
import os
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from mmap import ACCESS_READ, mmap
from typing import BinaryIO

from nncli.data.file_endings import is_gzip, is_parquet
from nncli.data.files.decompression import MAX_TEXT_BYTES, decompress, open_decompressed
from nncli.data.files.opening import open_file
from nncli.data.tables.arrow import is_arrow_installed
from nncli.data.tables.arrow.arrow_csv import read_arrow_csv
from nncli.data.tables.arrow.parquet import read_parquet
from nncli.data.tables.dataframe import Table
from nncli.data.tables.delimited_text import read_delimited
from nncli.data.tables.read_options import DEFAULT_OPTIONS, ReadOptions

GZIP_MAGIC = b"\x1f\x8b"
MIN_ARROW_BYTES = 4 << 20  # for smaller files, importing Arrow takes more time than it saves


def read_table(path: str, options: ReadOptions = DEFAULT_OPTIONS) -> Table:
    """Read a table from a .csv or .tsv file, gzipped or not, or from a .parquet file.

    Raises:
        DataError: if the file cannot be read, has no rows, or a row is too short or too long.
        MissingExtraError: if it is a .parquet file and pyarrow is not installed.
    """
    if is_parquet(path):
        with open_file(path):
            return read_parquet(path, options)
    if os.path.exists(path) and not os.path.isfile(path):  # a pipe, which can be read only once
        with open_file(path) as file:
            return parse_table(file.read(), path, options)

    @contextmanager
    def open_text() -> Iterator[BinaryIO]:
        with open_decompressed(path, MAX_TEXT_BYTES) as file:
            yield file

    if os.path.exists(path) and os.path.getsize(path) >= MIN_ARROW_BYTES and is_arrow_installed():
        table = _read_by_arrow(path, options)
        if table is not None:
            return table
    return read_delimited(open_text, path, options)


def _read_by_arrow(path: str, options: ReadOptions) -> Table | None:
    with open_file(path) as file:
        if is_gzip(path):
            with open_decompressed(path, MAX_TEXT_BYTES) as content:
                return read_arrow_csv(content.read(), path, options)
        return read_arrow_csv(mmap(file.fileno(), 0, access=ACCESS_READ), path, options)


def parse_table(content: bytes, name: str, options: ReadOptions = DEFAULT_OPTIONS) -> Table:
    """Parse a table from the content of a .csv or .tsv file, gzipped or not.

    Raises:
        DataError: as for `read_table`.
    """
    compressed = content.startswith(GZIP_MAGIC)

    @contextmanager
    def open_text() -> Iterator[BinaryIO]:
        with (
            io.BytesIO(content) as file,
            decompress(file, name, MAX_TEXT_BYTES) if compressed else nullcontext(file) as text,
        ):
            yield text

    return read_delimited(open_text, name, options)
