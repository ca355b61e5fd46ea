"""Reading a table by the best means that are there."""

from __future__ import annotations

import io
import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import BinaryIO

from nncli.data.files import opened, unpacked
from nncli.data.tables.delimited import read_delimited
from nncli.data.tables.table import Table, Wanted

AS_IT_IS = Wanted()


def read_table(path: str, wanted: Wanted = AS_IT_IS) -> Table:
    """A table from a .csv or .tsv file, gzipped or not.

    Raises:
        DataError: where the file cannot be read, has no rows, or a row is too short or too long.
    """
    if os.path.exists(path) and not os.path.isfile(path):  # a pipe, which can be read only once
        with opened(path) as file:
            return parse_table(file.read(), path, wanted)

    @contextmanager
    def opening() -> Iterator[BinaryIO]:
        with unpacked(path) as file:
            yield file

    return read_delimited(opening, path, wanted)


def parse_table(content: bytes, name: str, wanted: Wanted = AS_IT_IS) -> Table:
    """A table from the content of a file.

    Raises:
        DataError: as for `read_table`.
    """

    @contextmanager
    def opening() -> Iterator[BinaryIO]:
        yield io.BytesIO(content)

    return read_delimited(opening, name, wanted)
