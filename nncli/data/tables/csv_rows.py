"""Read rows with Python's csv module, which is slower but reports what is wrong with a row."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from typing import TextIO

from nncli.core.errors import DataError


def csv_rows(text: TextIO, name: str, width: int, separator: str, line: int) -> Iterator[tuple[int, list[str]]]:
    """Yield (line, cells) of every row.

    Args:
        text: the lines below the header.
        name: name of the file.
        width: number of cells in a row.
        separator: the character between cells.
        line: line number of the first line.

    Raises:
        DataError: if a row is too short or too long, or its quotes are invalid.
    """
    last = ""

    def remember_last_line() -> Iterator[str]:
        nonlocal last
        for current in text:
            last = current
            yield current

    reader = csv.reader(remember_last_line(), delimiter=separator, strict=True)
    row_line = line
    try:
        for row in reader:
            if len(row) == width:
                yield row_line, row
            elif row:
                raise DataError(f"{name}:{row_line}: {len(row)} cells, but the header has {width} columns")
            row_line = line + reader.line_num
    except csv.Error as error:
        if "\r" in last.rstrip("\r\n"):
            what = "a line ends in a carriage return alone; convert the file: tr '\\r' '\\n'"
            raise DataError(f"{name}:{line + max(0, reader.line_num - 1)}: {what}") from None
        at = line + max(0, reader.line_num - 1)
        quoted = f" (between the quotes of a row that begins on line {row_line})" if at > row_line else ""
        raise DataError(f"{name}:{at}: {error}{quoted}") from None
