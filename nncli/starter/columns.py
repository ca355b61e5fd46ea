"""Which columns of a table can be learnt from as they are."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from nncli.core.types import Array
from nncli.data.tables import looks
from nncli.data.tables.numbers import number_of
from nncli.data.tables.table import Table, blank, parse_numbers

MOST_TEXTS = 50  # different ones in a column that is still worth a column each
COUNTING = "numbers the rows"
FEW = 20  # rows; in fewer, nothing can be said of row numbers


def texts_for_blank(table: Table) -> tuple[str, ...]:
    """The texts, such as NA, that stand for a blank cell in columns of numbers."""
    found: dict[str, None] = {}
    for name in table.text_columns:
        texts = table.texts(name)
        others = [text for text in texts.present() if text and number_of(text) is None]
        numeric = texts.where([number_of(text) is not None for text in texts.values])
        if numeric.mean() > 1 / 2 and all(text.lower() in looks.NO_VALUE for text in others):
            found |= dict.fromkeys(others)
    return tuple(found)


def codes_among(table: Table, names: Sequence[str]) -> list[str]:
    """The columns of numbers such as 007, which are codes rather than amounts, where there are few different ones."""
    padded = [name for name in table.padded if name in names and name not in table.text_columns]
    return [name for name in padded if len(np.unique(table.numbers(name))) <= MOST_TEXTS]


def left_out(table: Table, rows: Array) -> dict[str, str]:
    """The columns that are not to be learnt from, each with the reason.

    Args:
        table: all columns but the targets, whole or some rows of them.
        rows: the number of every row in its file, from 0.
    """
    reasons = {name: _reason(table, name) for name in table.columns}
    found = {name: reason for name, reason in reasons.items() if reason}
    counting = {name: COUNTING for name in table.columns if name not in found and _counts(table, name, rows)}
    return found if len(found) + len(counting) == len(table.columns) else found | counting


def _counts(table: Table, name: str, rows: Array) -> bool:
    """Whether a column is the number of its row, from 0 or from 1."""
    numbers, bad = parse_numbers(table.cells(name))
    return bad is None and len(rows) > FEW and ((numbers == rows).all() or (numbers == rows + 1).all())


def _reason(table: Table, name: str) -> str:
    cells = table.cells(name)
    given = int((~blank(cells)).sum())
    if not given:
        return "blank throughout"
    values, bad = parse_numbers(cells)
    if bad is None:
        same = given == len(cells) and bool((values == values[0]).all())
        return "the same in every row" if same else ""
    different = [text for text in table.texts(name).present() if text]
    if len(different) == 1 and given == len(cells):
        return "the same in every row"
    if looks.are_dates(different):
        return "dates; make numbers of them first, such as the days since one of them"
    if looks.are_decorated(different):
        return f"numbers with signs, such as {cells[bad]!r}; write them plainly"
    numeric = int((~np.isnan(values)).sum())
    if numeric > given / 2:
        return f"mostly numbers, but {cells[bad]!r} in line {table.lines[bad]}; make such cells blank or numbers"
    if len(different) > min(MOST_TEXTS, max(2, len(cells) // 2)):
        return f"{len(different)} different texts"
    return ""
