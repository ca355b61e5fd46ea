"""Check that text columns are categories: refuse dates, formatted numbers, and numbers or booleans with typos."""

from __future__ import annotations

import numpy as np

from nncli.core.errors import DataError
from nncli.core.text_format import truncate
from nncli.core.types import Array
from nncli.data.tables.cells import is_blank
from nncli.data.tables.dataframe import Table
from nncli.data.tables.text_column import TextColumn
from nncli.data.tables.text_patterns import NON_FINITE_WORDS, are_booleans, are_dates, are_formatted_numbers

MIN_NUMERIC_SHARE = 0.9  # if at least this share of cells are numbers (or booleans), the others are mistakes


def check_text_is_category(table: Table, name: str, cells: TextColumn, values: Array, bad: int) -> None:
    """Check that a text column can be one-hot encoded.

    Args:
        table: the table that has the column.
        name: name of the column.
        cells: (n,) the cells of the column.
        values: (n,) the cells as numbers, nan for cells that are not numbers.
        bad: the first row whose cell is not a number.

    Raises:
        DataError: if the cells are dates or formatted numbers, or if most of them are numbers or booleans.
    """
    given = [text for text in cells.unique() if text]
    instead = f"leave the column out with inputs:, or treat it as text with categories: [{name}]"
    if are_dates(given):
        raise DataError(
            f"{table.place(bad)}: column {name!r}: dates and times such as {truncate(cells[bad])!r} are not numbers; "
            f"derive columns of numbers from them (year, month, weekday, days since a fixed date), or {instead}"
        )
    if are_formatted_numbers(given):
        raise DataError(
            f"{table.place(bad)}: column {name!r}: expected plain numbers such as 1234.5; got {cells[bad]!r}; write "
            f"them without %, currency signs, thousands separators and decimal commas, or {instead}"
        )
    filled = int((~is_blank(cells)).sum())
    booleans = cells.mask([are_booleans([value]) for value in cells.values])
    if booleans.sum() >= MIN_NUMERIC_SHARE * filled:
        odd = next(value for value in given if not are_booleans([value]))
        row = int(cells.mask([value == odd for value in cells.values]).argmax())
        raise DataError(
            f"{table.place(row)}: column {name!r}: expected true or false as in the other rows; got {truncate(odd)!r}; "
            f"correct it, write blanks: [{truncate(odd)!r}] if it means a missing value, or write categories: [{name}]"
        )
    numeric = int((~np.isnan(values)).sum())
    text = cells[bad]
    if numeric and (numeric >= MIN_NUMERIC_SHARE * filled or text.lower() in NON_FINITE_WORDS):
        wanted = "expected a finite number as in the other rows"
        raise DataError(
            f"{table.place(bad)}: column {name!r}: {wanted}; got {truncate(text)!r}; "
            f"correct it, or write blanks: [{truncate(text)!r}] if it means a missing value"
        )
