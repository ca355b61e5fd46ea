"""The columns of some rows of a table, parsed as numbers and as text."""

from __future__ import annotations

from dataclasses import dataclass, field

from nncli.core.types import Array
from nncli.data.tables.text_column import TextColumn


@dataclass(frozen=True)
class ParsedRows:
    """Some rows, with the columns that were parsed as numbers, and the columns that were parsed as text.

    Args:
        lines: (n,) the line of the file on which every row begins, from 1.
        numbers: (number columns, n) float64, nan for blank cells.
        texts: the text columns.
        failed: indices in the table of the number columns in which a cell is not a number.
    """

    lines: Array
    numbers: Array
    texts: list[TextColumn]
    failed: set[int] = field(default_factory=set)
