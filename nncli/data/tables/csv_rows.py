"""Rows as Python's csv module reads them, which says what is wrong with them."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from typing import TextIO

from nncli.core.errors import DataError


def csv_rows(text: TextIO, name: str, width: int, separator: str, line: int) -> Iterator[tuple[int, list[str]]]:
    """(line, cells) of every row, as the csv module reads it.

    Args:
        text: lines below the header.
        name: of the file.
        width: how many cells a row has.
        separator: the sign between them.
        line: the number of the first of them.

    Raises:
        DataError: where a row is too short or too long, or its quotes are wrong.
    """
    reader = csv.reader(text, delimiter=separator, strict=True)
    begun = line
    try:
        for row in reader:
            if len(row) == width:
                yield begun, row
            elif row:
                raise DataError(f"{name}:{begun}: {len(row)} cells, but the header has {width} columns")
            begun = line + reader.line_num
    except csv.Error as error:
        if "new-line character" in str(error):
            what = "a line ends in a carriage return alone; convert the file: tr '\\r' '\\n'"
            raise DataError(f"{name}:{line + max(0, reader.line_num - 1)}: {what}") from None
        at = line + max(0, reader.line_num - 1)
        quoted = f" (between the quotes of a row that begins on line {begun})" if at > begun else ""
        raise DataError(f"{name}:{at}: {error}{quoted}") from None
