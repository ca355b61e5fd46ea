"""The header line of a table."""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from typing import BinaryIO

from nncli.core.errors import DataError
from nncli.core.spelling import nearest
from nncli.core.text_format import join_names
from nncli.data.tables.numbers import number_of

SEPARATORS = ",;\t"


def read_header(file: BinaryIO, path: str) -> tuple[list[str], str, int]:
    """(the names of the columns, the separator, how many lines they take), leaving the file at the first row.

    Args:
        file: UTF-8 text.
        path: its name, for messages and, by its ending, for the separator.

    Raises:
        DataError: where there is no header, or a column has no name or the name of another.
    """
    first = _decoded(file.readline(), path).removeprefix("\ufeff")
    bare = path.lower().removesuffix(".gz")
    separator = "\t" if bare.endswith(".tsv") else max(SEPARATORS, key=first.count)

    def lines() -> Iterator[str]:
        yield first
        while line := file.readline():
            yield _decoded(line, path)

    reader = csv.reader(lines(), delimiter=separator, strict=True)
    try:
        header = [name.strip() for name in next(reader, [])]
    except csv.Error as error:
        raise DataError(f"{path}:{reader.line_num}: {error}") from None
    check_header(header, path)
    return header, separator, reader.line_num


def check_header(header: Sequence[str], path: str) -> None:
    """Refuses columns without names, with the same name, or numbers in their place.

    Raises:
        DataError: naming the column.
    """
    if not any(header):
        raise DataError(f"{path}:1: expected a header line with column names; got an empty one")
    twice = [name for name, count in Counter(header).items() if count > 1]
    if any(number_of(name) is not None for name in twice):
        first = ", ".join(header[:4])
        raise DataError(f"{path}:1: expected a header line with column names; got {first}; add such a line")
    if twice and twice != [""]:
        raise DataError(f"{path}:1: two columns are named {twice[0]!r}; rename one")
    if "" in header:
        raise DataError(
            f"{path}:1: column {header.index('') + 1} has no name; give it one (pandas: to_csv(index=False))"
        )
    if all(number_of(name) is not None for name in header):
        first = ", ".join(header[:4])
        raise DataError(f"{path}:1: expected a header line with column names; got numbers: {first}; add such a line")
    if len(header) == 1 and "|" in header[0]:
        raise DataError(f"{path}:1: one column, {header[0][:40]!r}; separate columns by a comma, semicolon or tab")


def no_columns(missing: Sequence[str], there: Collection[str], wanted: Collection[str]) -> str:
    """What is said of columns that are not there: each with the nearest one that is not wanted by its own name."""
    if len(missing) == 1:
        match = nearest(missing[0], [name for name in there if name not in wanted])
        hint = f"; did you mean {match!r}?" if match else "."
        return f"no column {missing[0]!r}{hint} Known: {join_names(there)}"
    free = [name for name in there if name not in wanted]
    told = [f"{name!r}" + (f" (did you mean {match!r}?)" if (match := nearest(name, free)) else "") for name in missing]
    return f"no column{'s' * (len(missing) > 1)} {join_names(told)}. Known: {join_names(there)}"


def _decoded(line: bytes, path: str) -> str:
    if b"\0" in line:
        raise DataError(
            f"{path}:1: the header is not UTF-8 text (a NUL byte); convert the file: iconv -f UTF-16 -t UTF-8"
        )
    try:
        return line.decode("utf-8")
    except UnicodeDecodeError as error:
        message = f"{path}:1: the header is not UTF-8 text ({error.reason}); convert the file: iconv -f LATIN1 -t UTF-8"
        raise DataError(message) from None
