"""Tables as plain lines."""

from __future__ import annotations

from collections.abc import Sequence
from textwrap import wrap

LEAST_WIDTH = 20  # of a column that is wrapped


def table(
    header: Sequence[str], rows: Sequence[Sequence[str]], *, right: Sequence[int] = (), width: int | None = None
) -> list[str]:
    """The lines of a table: a header, a rule, and the rows.

    Args:
        header: the names of the columns.
        rows: a cell for every column.
        right: the columns that are aligned at their right end.
        width: the last column is wrapped so that no line is longer; default not wrapped.
    """
    widths = [max(map(len, column)) for column in zip(header, *rows, strict=True)]
    if width is not None:
        before = sum(widths[:-1]) + 3 * len(widths[:-1]) + 1
        widths[-1] = min(widths[-1], max(LEAST_WIDTH, width - before))
    lines = _lines(header, widths, right)
    lines.append(" " + "─" * (sum(widths) + 3 * (len(widths) - 1)))
    return lines + [line for row in rows for line in _lines(row, widths, right)]


def _lines(cells: Sequence[str], widths: Sequence[int], right: Sequence[int]) -> list[str]:
    *first, last = cells
    wrapped = wrap(last, widths[-1], break_long_words=False, break_on_hyphens=False) or [""]
    rows = [[*first, wrapped[0]], *([*[""] * len(first), more] for more in wrapped[1:])]
    return [(" " + "   ".join(_cell(row[i], widths[i], i in right) for i in range(len(row)))).rstrip() for row in rows]


def _cell(text: str, width: int, right: bool) -> str:
    return text.rjust(width) if right else text.ljust(width)
