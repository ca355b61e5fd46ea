"""Tables as plain lines."""

from __future__ import annotations

from collections.abc import Sequence
from textwrap import wrap

from nncli.cli.console import can_encode

LEAST_WIDTH = 16  # of a column that is wrapped
GAP = "   "
INDENT = "  "  # of what is inside of the row above


def table(
    header: Sequence[str],
    rows: Sequence[Sequence[str]],
    *,
    right: Sequence[int] = (),
    width: int | None = None,
    wrapped: Sequence[int] | None = None,
) -> list[str]:
    """The lines of a table: a header, a rule, and the rows.

    Args:
        header: the names of the columns.
        rows: a cell for every column.
        right: the columns that are aligned at their right end.
        width: how long a line may be; default as long as it needs.
        wrapped: the columns that are made narrower for that, and their cells broken into several lines; default the
            last.
    """
    widths = [max(map(len, column)) for column in zip(header, *rows, strict=True)]
    if width is not None:
        _narrow(widths, width - 1 - len(GAP) * (len(widths) - 1), (len(widths) - 1,) if wrapped is None else wrapped)
    rule = " " + ("─" if can_encode("─") else "-") * (sum(widths) + len(GAP) * (len(widths) - 1))
    return [*_lines(header, widths, right), rule, *(line for row in rows for line in _lines(row, widths, right))]


def _narrow(widths: list[int], total: int, columns: Sequence[int]) -> None:
    """Takes from the widest of some columns until all fit, or none can give more."""
    while sum(widths) > total:
        widest = max(columns, key=lambda index: widths[index])
        if widths[widest] <= LEAST_WIDTH:
            return
        widths[widest] -= 1


def _lines(cells: Sequence[str], widths: Sequence[int], right: Sequence[int]) -> list[str]:
    broken = [wrap(cell, size, break_on_hyphens=False) or [""] for cell, size in zip(cells, widths, strict=True)]
    lines = []
    for number in range(max(map(len, broken))):
        parts = [cell[number] if number < len(cell) else "" for cell in broken]
        aligned = (
            part.rjust(size) if index in right else part.ljust(size)
            for index, (part, size) in enumerate(zip(parts, widths, strict=True))
        )
        lines.append((" " + GAP.join(aligned)).rstrip())
    return lines
