"""Split a block of delimited text into fields by vectorized operations."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from nncli.core.types import Array
from nncli.data.tables.decimal_parsing import PADDING_BYTES, parse_decimals

NEWLINE, RETURN, QUOTE, MINUS, POINT, ZERO = b'\n\r"-.0'


@dataclass(frozen=True)
class Fields:
    """The fields of whole lines, row by row.

    Args:
        content: the lines.
        text: the same bytes after PADDING_BYTES zeros.
        rows: number of lines.
        starts: (rows * width,) the first position of every field in `text`.
        ends: (rows * width,) the position after every field.
        points: the position of every field's last decimal point; the end of the field if it has none.
        negative: whether each field begins with a minus sign.
        quoted: whether some fields are quoted.
    """

    content: bytes
    text: Array
    rows: int
    starts: Array
    ends: Array
    points: Array
    negative: Array
    quoted: bool

    def numbers(self, columns: Array, width: int) -> tuple[Array, Array]:
        """Parse some columns as numbers: (values, whether each could be parsed), both of the shape (columns, rows)."""
        starts, ends, points, negative = self.starts, self.ends, self.points, self.negative
        if len(columns) < width:
            chosen = (np.arange(self.rows)[:, np.newaxis] * width + columns).ravel()
            starts, ends, points, negative = (part.take(chosen) for part in (starts, ends, points, negative))
        values, good = parse_decimals(self.text, starts, ends, points, negative)
        shape = (self.rows, len(columns))
        return np.ascontiguousarray(values.reshape(shape).T), good.reshape(shape).T

    def cells(self, column: int, width: int, rows: Array | slice = slice(None)) -> list[bytes]:
        """Return the bytes of the cells of one column, in all or some rows."""
        content = self.content
        starts, ends = self.starts[column::width][rows] - PADDING_BYTES, self.ends[column::width][rows] - PADDING_BYTES
        return [content[start:end] for start, end in zip(starts.tolist(), ends.tolist(), strict=True)]

    def has_leading_zero(self, column: int, width: int) -> Array:
        """Return a mask (rows,) of the numbers with leading zeros, such as 007; it has no meaning for other cells."""
        first = self.starts[column::width] + self.negative[column::width]
        several = self.points[column::width] - first > 1
        return several & (self.text.take(first) == ZERO)

    def lines(self, width: int) -> Array:
        """Return the number of line breaks before every row: (rows,)."""
        if not self.quoted:
            return np.arange(self.rows)
        return np.searchsorted(np.flatnonzero(self.text == NEWLINE), self.starts[::width])


def split_fields(block: bytes, width: int, separator: int) -> Fields | None:
    """Split whole lines into fields; None if a line does not have `width` fields or its quotes are irregular.

    Args:
        block: lines, each with its line break.
        width: number of fields in a line.
        separator: the character between fields.
    """
    text = np.empty(PADDING_BYTES + len(block), np.uint8)
    text[:PADDING_BYTES] = 0
    text[PADDING_BYTES:] = np.frombuffer(block, np.uint8)
    quoted = QUOTE in block
    marked = text <= POINT  # line breaks, spaces, quotes, commas, minus signs and points
    marked[:PADDING_BYTES] = False
    if separator > POINT:
        marked |= text == separator
    if quoted:
        inside = np.bitwise_xor.accumulate(text == QUOTE)
        marked &= ~inside | (text == QUOTE)
    places = np.flatnonzero(marked)
    characters = text.take(places)
    breaks = characters == NEWLINE
    ends_field = breaks | (characters == separator)
    ends = places.compress(ends_field)
    rows, remainder = divmod(len(ends), width)
    is_break = breaks.compress(ends_field)
    if remainder or not _breaks_end_rows(is_break.reshape(rows, width)):
        return None
    starts = np.empty_like(ends)
    starts[0] = PADDING_BYTES
    starts[1:] = ends[:-1] + 1
    if RETURN in block:
        if block.count(b"\r") != block.count(b"\r\n"):
            return None
        last = ends[width - 1 :: width]
        last -= text.take(last - 1) == RETURN
    if width == 1 and (starts == ends).any():
        return None  # a blank line, which is not a row
    if quoted and not _quotes_are_regular(text, starts, ends, places.compress(characters == QUOTE)):
        return None
    points = _last_points(places, characters == POINT, ends_field, starts, ends)
    return Fields(block, text, rows, starts, ends, points, text.take(starts) == MINUS, quoted)


def _last_points(places: Array, is_point: Array, ends_field: Array, starts: Array, ends: Array) -> Array:
    """Return the position of every field's last decimal point; the end of the field if it has none."""
    points = places.compress(is_point)
    if len(points) == len(ends) and bool((points >= starts).all()) and bool((points < ends).all()):
        return points  # one point in every field
    field = np.cumsum(ends_field, dtype=np.int64).compress(is_point)
    found = ends.copy()
    found[field] = points
    return found


def _breaks_end_rows(is_break: Array) -> bool:
    """Whether line breaks end the last field of every row and no other field; `is_break` is (rows, width)."""
    return len(is_break) > 0 and bool(is_break[:, -1].all()) and int(np.count_nonzero(is_break)) == len(is_break)


def _quotes_are_regular(text: Array, starts: Array, ends: Array, quotes: Array) -> bool:
    """Whether every quoted field is quoted from its first to its last character, and quotes inside it are doubled."""
    field = np.searchsorted(ends, quotes)  # the field of every quote
    first, last = quotes == starts.take(field), quotes == ends.take(field) - 1
    inner = ~(first | last)
    counts = np.bincount(field)
    with_quotes = np.flatnonzero(counts)
    begin, end = text.take(starts.take(with_quotes)), text.take(ends.take(with_quotes) - 1)
    if not (begin == QUOTE).all() or not (end == QUOTE).all():
        return False
    if (counts[with_quotes] % 2).any():
        return False
    pairs = quotes.compress(inner)
    if len(pairs) % 2:
        return False
    return bool((pairs[1::2] == pairs[::2] + 1).all())
