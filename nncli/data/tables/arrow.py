"""Tables by Apache Arrow: delimited text several times as fast, and Parquet files.

What comes out is the same as from `delimited`, value for value. What Arrow would read in another way is left to that:
`read_text` gives None.
"""

from __future__ import annotations

import io
import re
from mmap import mmap
from typing import Any, TypeAlias

import numpy as np

from nncli.core.errors import DataError, MissingExtraError
from nncli.core.types import Array
from nncli.data.tables.fields import NEWLINE, QUOTE, padded_columns
from nncli.data.tables.header import check_header, read_header
from nncli.data.tables.numbers import EXACT, is_code, number_of, numbers_among
from nncli.data.tables.table import Cells, Table, Wanted, parse_numbers
from nncli.data.tables.texts import Texts

HEADER = 1 << 16  # bytes in which the header line has to end
FIRST = 1 << 20  # bytes that show what the columns are
BLOCK = 1 << 22  # bytes that Arrow parses at a time
Buffer: TypeAlias = bytes | mmap
INDEX = re.compile(r"__index_level_\d+__")  # what pandas names the numbers of a frame's rows
PADDED = r"^\s*-?0[0-9]"  # perhaps 007


def is_there() -> bool:
    """Whether Arrow is installed."""
    from importlib.util import find_spec

    return find_spec("pyarrow") is not None


def read_text(content: Buffer, name: str, wanted: Wanted) -> Table | None:
    """A table from delimited text; None where it is not as regular as Arrow wants it.

    Args:
        content: UTF-8 text with a header line.
        name: of the file, for messages.
        wanted: what is wanted of its columns.

    Raises:
        DataError: where the header is not right.
    """
    import pyarrow as pa
    from pyarrow import csv

    start = io.BytesIO(content[:HEADER])
    header, separator, line = read_header(start, name)
    body = memoryview(content)[start.tell() :]
    if start.tell() == len(start.getvalue()) or content.find(b"\r") >= 0:
        return None
    if content.find(b'"') >= 0 and not _is_well_quoted(body, separator):
        return None

    def read(body: memoryview, types: dict[str, Any]) -> Any:
        return csv.read_csv(
            pa.BufferReader(pa.py_buffer(body)),
            csv.ReadOptions(column_names=header, block_size=BLOCK),
            csv.ParseOptions(delimiter=separator),
            csv.ConvertOptions(
                column_types=types,
                null_values=["", *wanted.blanks],
                strings_can_be_null=True,
                quoted_strings_can_be_null=True,
                true_values=[],
                false_values=[],
            ),
        )

    try:
        first = read(_first_lines(body), {})
        types = {column: _type(first[column], column, wanted) for column in header}
        table = read(body, {column: kind for column, kind in types.items() if kind is not None})
    except pa.ArrowInvalid:
        return None
    rows = table.num_rows
    if rows == 0 or rows != _lines(body) or any(_is_odd(table[column], wanted) for column in header):
        return None
    columns = {column: _cells(table[column], column, wanted) for column in header}
    padded = padded_columns(bytes(_first_lines(body)), len(header), ord(separator))
    lines = np.arange(line + 1, line + 1 + rows)
    return Table(name, columns, lines, padded=tuple(header[index] for index in padded))


def _first_lines(body: memoryview) -> memoryview:
    """Whole lines at the beginning."""
    end = bytes(body[:FIRST]).rfind(b"\n") + 1
    return body if len(body) <= FIRST or not end else body[:end]


def _type(column: Any, name: str, wanted: Wanted) -> Any:
    """How a column is read, from how Arrow took its first lines; None where it is for Arrow to say.

    Whole numbers are read as others, because Arrow takes 0x1F for one.
    """
    import pyarrow as pa

    if name in wanted.labels or name in wanted.texts:
        return pa.string()
    if pa.types.is_integer(column.type) or pa.types.is_floating(column.type):
        return pa.float64()
    if pa.types.is_null(column.type):
        return None
    return pa.dictionary(pa.int32(), pa.string())


def read_parquet(path: str, wanted: Wanted) -> Table:
    """A table from a Parquet file, whose columns have types.

    Raises:
        DataError: where it is no such file, or a column holds what is neither numbers nor text.
        MissingExtraError: where Arrow is not installed.
    """
    try:
        import pyarrow as pa
        from pyarrow import parquet
    except ImportError:
        raise MissingExtraError(f"{path}: reading Parquet needs pyarrow: pip install 'nncli-train[tables]'") from None
    try:
        check_header(parquet.read_schema(path).names, path)
        read = parquet.read_table(path)
    except (pa.ArrowException, OSError) as error:
        raise DataError(f"{path}: not a whole Parquet file ({' '.join(str(error).split())[:120]})") from None
    if not read.num_rows:
        raise DataError(f"{path}: no rows")
    columns = {}
    for name in read.column_names:
        if INDEX.fullmatch(name):
            continue
        try:
            columns[name] = _typed(read[name], name, path, wanted)
        except pa.ArrowException:  # such as of a time zone that is not known
            raise _unusable(path, name, read[name].type) from None
    return Table(path, columns, np.arange(read.num_rows), counted=True)


def _lines(body: memoryview) -> int:
    """How many lines there are, blank ones at the end left out."""
    text = np.frombuffer(body, np.uint8)
    end = len(text)
    while end and text[end - 1] == NEWLINE:
        end -= 1
    breaks = sum(int(np.count_nonzero(text[at : min(at + BLOCK, end)] == NEWLINE)) for at in range(0, end, BLOCK))
    return breaks + (end > 0)


def _is_well_quoted(body: memoryview, separator: str) -> bool:
    """Whether every quote begins or ends a field or is one of two that stand for one, and no line ends between quotes.

    Arrow is content with less.
    """
    text = np.frombuffer(body, np.uint8)
    beside = np.zeros(256, bool)
    beside[[NEWLINE, QUOTE, ord(separator)]] = True
    inside = 0
    for at in range(0, len(text), BLOCK):
        block = text[at : at + BLOCK]
        quotes = np.flatnonzero(block == QUOTE)
        breaks = np.searchsorted(quotes, np.flatnonzero(block == NEWLINE))  # how many quotes come before them
        if (breaks % 2 != inside).any():
            return False
        before, after = np.maximum(quotes[inside::2] + at - 1, 0), quotes[1 - inside :: 2] + at + 1
        if not beside[text[before]].all() or not beside[text[np.minimum(after, len(text) - 1)]].all():
            return False
        inside ^= len(quotes) % 2
    return not inside


def _is_odd(column: Any, wanted: Wanted) -> bool:
    """Whether a column became something else than finite numbers, text or nothing, or perhaps a blank is still in it.

    Arrow does not see that " -999" is one.
    """
    import pyarrow as pa
    from pyarrow import compute

    kind = column.type
    if pa.types.is_floating(kind):
        if not compute.all(compute.is_finite(column), skip_nulls=True, min_count=0).as_py():
            return True
        blank = numbers_among(wanted.blanks)
        return bool(blank) and bool(np.isin(_numbers(column), blank).any())
    return not (pa.types.is_string(kind) or pa.types.is_null(kind) or pa.types.is_dictionary(kind))


def _cells(column: Any, name: str, wanted: Wanted) -> Cells:
    """A column as `delimited` gives it."""
    import pyarrow as pa
    from pyarrow import compute

    if pa.types.is_floating(column.type) or pa.types.is_null(column.type):
        return _numbers(column)
    is_label = name in wanted.labels
    if is_label and name not in wanted.texts:
        padded = compute.any(compute.match_substring_regex(column, PADDED), min_count=0).as_py()
        if not padded:
            try:
                numbers = column.cast(pa.float64())
            except pa.ArrowInvalid:
                pass
            else:
                if not _is_odd(numbers, wanted) and not (np.abs(values := _numbers(numbers)) >= EXACT).any():
                    return values
    texts = _texts(column, wanted)
    given = [text for text in texts.values if text]
    if name in wanted.texts or any(number_of(text) is None or (is_label and is_code(text)) for text in given):
        return texts
    return parse_numbers(texts)[0]


def _numbers(column: Any) -> Array:
    """Numbers as float64, nan for what is null."""
    import pyarrow as pa

    if pa.types.is_null(column.type):
        return np.full(len(column), np.nan)
    return np.asarray(column.cast(pa.float64(), safe=False).to_numpy(), np.float64)


def _texts(column: Any, wanted: Wanted) -> Texts:
    """Text, "" for what is null."""
    encoded = column.dictionary_encode().unify_dictionaries().combine_chunks()
    known: dict[str, int] = {}
    blanks = set(wanted.blanks)
    stripped = [text.strip() for text in encoded.dictionary.to_pylist()]
    own = [known.setdefault("" if text in blanks else text, len(known)) for text in stripped]
    nothing = known.setdefault("", len(known))
    numbers = np.array([*own, nothing], np.int32)
    codes = encoded.indices.fill_null(len(own)).to_numpy(zero_copy_only=False)
    return Texts(numbers[codes], tuple(known))


def _typed(column: Any, name: str, path: str, wanted: Wanted) -> Cells:
    """A column of a Parquet file."""
    import pyarrow as pa

    kind = column.type.value_type if pa.types.is_dictionary(column.type) else column.type
    if pa.types.is_integer(kind) and (name in wanted.texts or name in wanted.labels):
        texts = _texts(column.cast(kind).cast(pa.string()), wanted)
        codes = name in wanted.texts or any(is_code(text) for text in texts.values)
        return texts if codes else parse_numbers(texts)[0]
    if pa.types.is_integer(kind) or pa.types.is_floating(kind) or pa.types.is_decimal(kind):
        numbers = _numbers(column)
        infinite = np.isinf(numbers)
        if infinite.any():
            row = int(infinite.argmax())
            raise DataError(
                f"{path}: row {row} (counted from 0): column {name!r}: expected a finite number; got {numbers[row]}"
            )
        blank = numbers_among(wanted.blanks)
        return np.where(np.isin(numbers, blank), np.nan, numbers) if blank else numbers
    if pa.types.is_null(kind):
        return _numbers(column)
    if pa.types.is_boolean(kind) or pa.types.is_temporal(kind):
        return _texts(column.cast(pa.string()), wanted)
    if pa.types.is_string(kind) or pa.types.is_large_string(kind) or pa.types.is_string_view(kind):
        return _texts(column.cast(pa.string()), wanted)
    raise _unusable(path, name, kind)


def _unusable(path: str, name: str, kind: Any) -> DataError:
    return DataError(f"{path}: column {name!r} holds {kind}, neither numbers nor text; leave it out of the file")
