"""Where the fields of a block of comma-separated text begin and end, found for the whole block at once."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from nncli.core.types import Array
from nncli.data.tables.decimals import PAD, parse_decimals

NEWLINE, RETURN, QUOTE, MINUS, POINT, ZERO = b'\n\r"-.0'


@dataclass(frozen=True)
class Fields:
    """The fields of whole lines, row by row.

    Args:
        content: the lines.
        text: the same bytes, PAD others before them.
        rows: how many lines there are.
        starts: (rows * width,) where every field begins.
        ends: where it ends.
        points: where its last decimal point stands; its end where it has none.
        negative: whether it begins with a minus sign.
        quoted: whether some fields stand between quotes.
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
        """(values, whether each was understood) of some columns, as (columns, rows)."""
        starts, ends, points, negative = self.starts, self.ends, self.points, self.negative
        if len(columns) < width:
            chosen = (np.arange(self.rows)[:, np.newaxis] * width + columns).ravel()
            starts, ends, points, negative = (part.take(chosen) for part in (starts, ends, points, negative))
        values, good = parse_decimals(self.text, starts, ends, points, negative)
        shape = (self.rows, len(columns))
        return np.ascontiguousarray(values.reshape(shape).T), good.reshape(shape).T

    def cells(self, column: int, width: int, rows: Array | slice = slice(None)) -> list[bytes]:
        """The text of one column, or of some of its rows."""
        content = self.content
        starts, ends = self.starts[column::width][rows] - PAD, self.ends[column::width][rows] - PAD
        return [content[start:end] for start, end in zip(starts.tolist(), ends.tolist(), strict=True)]

    def padded_with_zeros(self, column: int, width: int) -> Array:
        """(rows,) whether a number of that column begins with a 0 that does not count, such as 007.

        That holds where the number was understood.
        """
        begins = self.starts[column::width] + self.negative[column::width]
        more = self.points[column::width] - begins > 1
        return more & (self.text.take(begins) == ZERO)

    def lines(self, width: int) -> Array:
        """(rows,) how many line breaks there are before every row."""
        if not self.quoted:
            return np.arange(self.rows)
        return np.searchsorted(np.flatnonzero(self.text[PAD:] == NEWLINE), self.starts[::width] - PAD)


def split_fields(block: bytes, width: int, separator: int) -> Fields | None:
    """The fields of whole lines; None where they are not `width` in every line, or quotes are not as they should be.

    Args:
        block: lines, each with its line break.
        width: how many fields a line has.
        separator: the sign between them.
    """
    text = np.empty(PAD + len(block), np.uint8)
    text[:PAD] = 0
    text[PAD:] = np.frombuffer(block, np.uint8)
    quoted = QUOTE in block
    marked = text <= POINT  # line breaks, spaces, quotes, commas, minus signs and points
    marked[:PAD] = False
    if separator > POINT:
        marked |= text == separator
    if quoted:
        inside = np.bitwise_xor.accumulate(text == QUOTE)
        marked &= ~inside | (text == QUOTE)
    places = np.flatnonzero(marked)
    signs = text.take(places)
    breaks = signs == NEWLINE
    ending = breaks | (signs == separator)
    ends = places.compress(ending)
    rows, left = divmod(len(ends), width)
    kinds = breaks.compress(ending)
    if left or not _regular(kinds.reshape(rows, width)):
        return None
    starts = np.empty_like(ends)
    starts[0] = PAD
    starts[1:] = ends[:-1] + 1
    if RETURN in block:
        if block.count(b"\r") != block.count(b"\r\n"):
            return None
        last = ends[width - 1 :: width]
        last -= text.take(last - 1) == RETURN
    if width == 1 and (starts == ends).any():
        return None  # a blank line, which is no row
    if quoted and not _well_quoted(text, starts, ends, places.compress(signs == QUOTE)):
        return None
    points = _points(places, signs == POINT, ending, starts, ends)
    return Fields(block, text, rows, starts, ends, points, text.take(starts) == MINUS, quoted)


def padded_columns(block: bytes, width: int, separator: int) -> list[int]:
    """The columns in which numbers begin with a 0 that does not count, such as 007.

    Args:
        block: lines, of which the last may lack its line break.
        width: how many fields a line has.
        separator: the sign between them.
    """
    whole = block if block.endswith(b"\n") else block + b"\n"
    fields = split_fields(whole, width, separator)
    if fields is None:
        return []
    return [column for column in range(width) if fields.padded_with_zeros(column, width).any()]


def _points(places: Array, is_point: Array, ending: Array, starts: Array, ends: Array) -> Array:
    """Where the last point of every field stands; its end where it has none."""
    points = places.compress(is_point)
    if len(points) == len(ends) and bool((points >= starts).all()) and bool((points < ends).all()):
        return points  # one in every field
    field = np.cumsum(ending, dtype=np.int64).compress(is_point)
    found = ends.copy()
    found[field] = points
    return found


def _regular(kinds: Array) -> bool:
    """Whether every line has its break at its end and nowhere else."""
    return len(kinds) > 0 and bool(kinds[:, -1].all()) and int(np.count_nonzero(kinds)) == len(kinds)


def _well_quoted(text: Array, starts: Array, ends: Array, quotes: Array) -> bool:
    """Whether every quote opens or closes a whole field, or is one of two that stand for one."""
    of = np.searchsorted(ends, quotes)  # the field of every quote
    first, last = quotes == starts.take(of), quotes == ends.take(of) - 1
    inner = ~(first | last)
    counts = np.bincount(of)
    holds = np.flatnonzero(counts)
    if not (text.take(starts.take(holds)) == QUOTE).all() or not (text.take(ends.take(holds) - 1) == QUOTE).all():
        return False
    if (counts[holds] % 2).any():
        return False
    pairs = quotes.compress(inner)
    if len(pairs) % 2:
        return False
    return bool((pairs[1::2] == pairs[::2] + 1).all())
