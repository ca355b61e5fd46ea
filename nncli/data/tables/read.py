"""Reading a table by the best means that are there."""

from __future__ import annotations

import io
import os
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from mmap import ACCESS_READ, mmap
from typing import BinaryIO

from nncli.data.files import LARGEST_TEXT, opened, unpacked, unzipped
from nncli.data.tables import arrow
from nncli.data.tables.delimited import read_delimited
from nncli.data.tables.table import Table, Wanted

AS_IT_IS = Wanted()
GZIP = b"\x1f\x8b"  # with which gzip's files begin
LARGE = 4 << 20  # bytes from which Arrow, where it is installed, is sooner done than it is loaded


def read_table(path: str, wanted: Wanted = AS_IT_IS) -> Table:
    """A table from a .csv or .tsv file, gzipped or not, or from a .parquet file.

    Raises:
        DataError: where the file cannot be read, has no rows, or a row is too short or too long.
        MissingExtraError: where it is a .parquet file and Arrow is not installed.
    """
    if path.lower().endswith(".parquet"):
        with opened(path):
            return arrow.read_parquet(path, wanted)
    if os.path.exists(path) and not os.path.isfile(path):  # a pipe, which can be read only once
        with opened(path) as file:
            return parse_table(file.read(), path, wanted)

    @contextmanager
    def opening() -> Iterator[BinaryIO]:
        with unpacked(path, LARGEST_TEXT) as file:
            yield file

    if os.path.exists(path) and os.path.getsize(path) >= LARGE and arrow.is_there():
        table = _by_arrow(path, wanted)
        if table is not None:
            return table
    return read_delimited(opening, path, wanted)


def _by_arrow(path: str, wanted: Wanted) -> Table | None:
    with opened(path) as file:
        if path.lower().endswith(".gz"):
            with unpacked(path, LARGEST_TEXT) as content:
                return arrow.read_text(content.read(), path, wanted)
        return arrow.read_text(mmap(file.fileno(), 0, access=ACCESS_READ), path, wanted)


def parse_table(content: bytes, name: str, wanted: Wanted = AS_IT_IS) -> Table:
    """A table from the content of a file.

    Raises:
        DataError: as for `read_table`.
    """
    packed = content.startswith(GZIP)

    @contextmanager
    def opening() -> Iterator[BinaryIO]:
        with io.BytesIO(content) as file, unzipped(file, name, LARGEST_TEXT) if packed else nullcontext(file) as text:
            yield text

    return read_delimited(opening, name, wanted)
