"""Select the columns of a table that a network can learn from without conversion."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from nncli.core.types import Array
from nncli.data.tables.cells import is_blank, parse_cells
from nncli.data.tables.dataframe import Table
from nncli.data.tables.number_parsing import parse_number
from nncli.data.tables.text_patterns import MISSING_WORDS, are_dates, are_formatted_numbers

MAX_CATEGORIES = 50  # a text column with more distinct values is excluded
MIN_ROWS_FOR_ROW_NUMBERS = 21  # with fewer rows, a column may equal the row numbers by chance
ROW_NUMBERS = "equal to the row number"


def blank_texts(table: Table) -> tuple[str, ...]:
    """Return the texts, such as NA, that mean a missing value in columns of numbers."""
    found: dict[str, None] = {}
    for name in table.text_columns:
        texts = table.texts(name)
        others = [text for text in texts.unique() if text and parse_number(text) is None]
        numeric = texts.mask([parse_number(text) is not None for text in texts.values])
        if numeric.mean() > 1 / 2 and all(text.lower() in MISSING_WORDS for text in others):
            found |= dict.fromkeys(others)
    return tuple(found)


def code_columns(table: Table, names: Sequence[str]) -> list[str]:
    """Return the columns with few distinct numbers such as 007, which are codes rather than quantities."""
    padded = [name for name in table.zero_padded if name in names and name not in table.text_columns]
    return [name for name in padded if len(np.unique(table.numbers(name))) <= MAX_CATEGORIES]


def excluded_columns(table: Table, row_numbers: Array) -> dict[str, str]:
    """Return the columns to exclude from the inputs, each with the reason.

    Args:
        table: all columns except the targets; all rows or a sample of them.
        row_numbers: (n,) index of each row in its file, from 0.
    """
    reasons = {name: _reason(table, name) for name in table.columns}
    excluded = {name: reason for name, reason in reasons.items() if reason}
    row_number_columns = {
        name: ROW_NUMBERS
        for name in table.columns
        if name not in excluded and _equals_row_numbers(table, name, row_numbers)
    }
    # columns of row numbers are kept if no other column is left, so that there is an input
    return excluded if len(excluded) + len(row_number_columns) == len(table.columns) else excluded | row_number_columns


def _equals_row_numbers(table: Table, name: str, row_numbers: Array) -> bool:
    """Return whether a column equals the row number, counted from 0 or from 1."""
    numbers, bad = parse_cells(table.column(name))
    if bad is not None or len(row_numbers) < MIN_ROWS_FOR_ROW_NUMBERS:
        return False
    return bool((numbers == row_numbers).all() or (numbers == row_numbers + 1).all())


def _reason(table: Table, name: str) -> str:
    """Return why a column is excluded; "" if it is not excluded."""
    cells = table.column(name)
    filled = int((~is_blank(cells)).sum())
    if not filled:
        return "blank throughout"
    values, bad = parse_cells(cells)
    if bad is None:
        constant = filled == len(cells) and bool((values == values[0]).all())
        return "the same in every row" if constant else ""
    different = [text for text in table.texts(name).unique() if text]
    if len(different) == 1 and filled == len(cells):
        return "the same in every row"
    if are_dates(different):
        return "dates; convert them to numbers first, such as days since a date"
    if are_formatted_numbers(different):
        return f"formatted numbers such as {cells[bad]!r}; write plain numbers"
    numeric = int((~np.isnan(values)).sum())
    if numeric > filled / 2:
        return f"mostly numbers, but {cells[bad]!r} in line {table.lines[bad]}; make such cells blank or numbers"
    if len(different) > min(MAX_CATEGORIES, max(2, len(cells) // 2)):
        return f"{len(different)} different texts"
    return ""
