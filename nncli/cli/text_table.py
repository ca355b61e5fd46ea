"""Format tables as lines of text."""

from __future__ import annotations

from collections.abc import Sequence
from textwrap import wrap

from nncli.cli.console import can_encode

MIN_WRAPPED_WIDTH = 16  # minimum width of a column whose cells are wrapped
COLUMN_GAP = "   "
INDENT = "  "  # written before the name of a row that is nested in the row above


def format_table(
    header: Sequence[str],
    rows: Sequence[Sequence[str]],
    *,
    right: Sequence[int] = (),
    width: int | None = None,
    wrapped: Sequence[int] | None = None,
) -> list[str]:
    """Return the lines of a table: a header, a rule, and the rows.

    Args:
        header: the names of the columns.
        rows: the rows, each with one cell per column.
        right: indices of the columns that are aligned to the right.
        width: maximum length of a line in characters; default unlimited.
        wrapped: indices of the columns that may be narrowed to fit the width, with their cells wrapped over several
            lines; default the last column.
    """
    widths = [max(map(len, column)) for column in zip(header, *rows, strict=True)]
    if width is not None:
        available = width - 1 - len(COLUMN_GAP) * (len(widths) - 1)
        _narrow(widths, available, (len(widths) - 1,) if wrapped is None else wrapped)
    rule = " " + ("─" if can_encode("─") else "-") * (sum(widths) + len(COLUMN_GAP) * (len(widths) - 1))
    body = [line for row in rows for line in _format_row(row, widths, right)]
    return [*_format_row(header, widths, right), rule, *body]


def _narrow(widths: list[int], total: int, columns: Sequence[int]) -> None:
    """Reduce the widest of some columns until the table fits, or until they have their minimum width."""
    while sum(widths) > total:
        widest = max(columns, key=lambda index: widths[index])
        if widths[widest] <= MIN_WRAPPED_WIDTH:
            return
        widths[widest] -= 1


def _format_row(cells: Sequence[str], widths: Sequence[int], right: Sequence[int]) -> list[str]:
    """Return the lines of one row; a row with wrapped cells has several lines."""
    columns = [wrap(cell, size, break_on_hyphens=False) or [""] for cell, size in zip(cells, widths, strict=True)]
    lines = []
    for number in range(max(map(len, columns))):
        parts = [cell[number] if number < len(cell) else "" for cell in columns]
        aligned = (
            part.rjust(size) if index in right else part.ljust(size)
            for index, (part, size) in enumerate(zip(parts, widths, strict=True))
        )
        lines.append((" " + COLUMN_GAP.join(aligned)).rstrip())
    return lines
