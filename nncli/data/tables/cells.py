"""The cells of one column: numbers or text, and conversions between them."""

from __future__ import annotations

from typing import TypeAlias

import numpy as np

from nncli.core.types import Array
from nncli.data.tables.number_parsing import format_number, parse_number
from nncli.data.tables.text_column import TextColumn

Cells: TypeAlias = Array | TextColumn  # float64 with nan for blank cells, or text with "" for blank cells


def take_cells(cells: Cells, indices: Array) -> Cells:
    """Return some rows of a column."""
    return cells.take(indices) if isinstance(cells, TextColumn) else cells[indices]


def is_blank(cells: Cells) -> Array:
    """Return a mask (n,) of the blank cells."""
    return cells.mask([value == "" for value in cells.values]) if isinstance(cells, TextColumn) else np.isnan(cells)


def parse_cells(cells: Cells) -> tuple[Array, int | None]:
    """Parse a column as numbers.

    Returns:
        (values, bad row): float64 with nan for blank cells, and the first row whose cell is not a finite number, or
        None.
    """
    if not isinstance(cells, TextColumn):
        return cells, None
    numbers = [parse_number(value) for value in cells.values]
    bad = cells.mask([number is None and value != "" for number, value in zip(numbers, cells.values, strict=True)])
    values = np.array([np.nan if number is None else number for number in numbers])[cells.codes]
    return values, int(bad.argmax()) if bad.any() else None


def as_text_column(cells: Cells) -> TextColumn:
    """Return a column as text; whole numbers have no decimal point."""
    if isinstance(cells, TextColumn):
        return cells
    distinct, codes = np.unique(cells, return_inverse=True)
    texts = ("" if value != value else format_number(value) for value in distinct.tolist())
    return TextColumn(codes.astype(np.int32), tuple(texts))
