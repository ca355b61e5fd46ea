"""Read and check the header line of a table."""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import BinaryIO

from nncli.core.errors import DataError
from nncli.data.tables.number_parsing import parse_number
from nncli.data.tables.separator import detect_separator


def read_header(file: BinaryIO, path: str) -> tuple[list[str], str, int]:
    """Read the header, leaving the file at the first row.

    Args:
        file: UTF-8 text.
        path: name of the file, for messages and to detect the separator.

    Returns:
        (column names, separator, number of lines that the header takes).

    Raises:
        DataError: if there is no header, a column has no name, or two columns have the same name.
    """
    first = _decode(file.readline(), path).removeprefix("\ufeff")
    separator = detect_separator(first, path)

    def lines() -> Iterator[str]:
        yield first
        while line := file.readline():
            yield _decode(line, path)

    reader = csv.reader(lines(), delimiter=separator, strict=True)
    try:
        header = [name.strip() for name in next(reader, [])]
    except csv.Error as error:
        raise DataError(f"{path}:{reader.line_num}: {error}") from None
    check_header(header, path)
    return header, separator, reader.line_num


def check_header(header: Sequence[str], path: str) -> None:
    """Check that every column has a unique name, and that the header is not a row of numbers.

    Raises:
        DataError: if the header is not valid.
    """
    if not any(header):
        raise DataError(f"{path}:1: expected a header line with column names; got an empty one")
    repeated = [name for name, count in Counter(header).items() if count > 1]
    if any(parse_number(name) is not None for name in repeated):
        first = ", ".join(header[:4])
        raise DataError(f"{path}:1: expected a header line with column names; got {first}; add such a line")
    if repeated and repeated != [""]:
        raise DataError(f"{path}:1: two columns are named {repeated[0]!r}; rename one")
    if "" in header:
        raise DataError(
            f"{path}:1: column {header.index('') + 1} has no name; give it one (pandas: to_csv(index=False))"
        )
    if all(parse_number(name) is not None for name in header):
        first = ", ".join(header[:4])
        raise DataError(f"{path}:1: expected a header line with column names; got numbers: {first}; add such a line")
    if len(header) == 1 and "|" in header[0]:
        single = f"the header has a single column, {header[0][:40]!r}"
        raise DataError(f"{path}:1: {single}; separate columns by a comma, semicolon or tab")


def _decode(line: bytes, path: str) -> str:
    if b"\0" in line:
        raise DataError(
            f"{path}:1: the header is not UTF-8 text (a NUL byte); convert the file: iconv -f UTF-16 -t UTF-8"
        )
    try:
        return line.decode("utf-8")
    except UnicodeDecodeError as error:
        message = f"{path}:1: the header is not UTF-8 text ({error.reason}); convert the file: iconv -f LATIN1 -t UTF-8"
        raise DataError(message) from None
