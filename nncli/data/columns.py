"""From a table's columns to numbers: fitted on the training rows, stored, and applied the same way ever after."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from math import isfinite
from typing import Any, Literal, TypeAlias

import numpy as np

from nncli.core.errors import DataError
from nncli.core.text_format import truncate
from nncli.core.types import Array
from nncli.data.tables import looks
from nncli.data.tables.table import Cells, Table, as_texts, blank, parse_numbers
from nncli.data.tables.texts import Texts

MOST_CATEGORIES = 1000
MOSTLY_NUMBERS = 0.9  # from this share on, a cell that is no number is taken for a mistake, not for a category

Encode: TypeAlias = Callable[[slice], Array]


@dataclass(frozen=True)
class ColumnRules:
    """What becomes of the columns of a table.

    Args:
        missing: what blank number cells become: median, mean, error, or a number.
        missing_indicator: whether a column with blanks gets another that says where they were.
        unseen: what becomes of a category that was not there in training: zeros, or an error.
        categories: the columns that are categories even where they are numbers.
    """

    missing: str | float = "median"
    missing_indicator: bool = False
    unseen: Literal["zeros", "error"] = "zeros"
    categories: Collection[str] = ()


USUAL = ColumnRules()


@dataclass(frozen=True)
class Column:
    """How one column becomes numbers.

    Args:
        name: its header.
        kind: number, boolean (1 for true and 0 for false), or category for text.
        fill: what a blank number or boolean cell becomes; None makes it an error.
        categories: the texts that get a column of their own, in text order; a blank is "".
        indicator: whether another column says where a cell was blank.
        unseen: what becomes of a text that is none of the categories.
    """

    name: str
    kind: Literal["number", "boolean", "category"]
    fill: float | None = None
    categories: tuple[str, ...] = ()
    indicator: bool = False
    unseen: Literal["zeros", "error"] = "zeros"

    @property
    def features(self) -> tuple[str, ...]:
        """The names of the columns that it becomes."""
        if self.kind == "category":
            return tuple(f"{self.name}={category or '(blank)'}" for category in self.categories)
        return (self.name, f"{self.name} (missing)") if self.indicator else (self.name,)

    def bind(self, table: Table, notes: list[str]) -> Encode:
        """Looks at the column in all rows; gives what makes (rows, features) in float64 of some of them.

        Args:
            table: that has the column.
            notes: gets what the user should know.

        Raises:
            DataError: naming file, line and column of a cell that cannot be used.
        """
        return self._categories(table, notes) if self.kind == "category" else self._numbers(table, notes)

    def _categories(self, table: Table, notes: list[str]) -> Encode:
        texts = as_texts(table.cells(self.name))
        known = {category: index for index, category in enumerate(self.categories)}
        numbers = np.array([known.get(value, -1) for value in texts.values], np.int64)
        unseen = texts.where(numbers < 0)
        if unseen.any():
            row = int(unseen.argmax())
            if self.unseen == "error":
                place, value = table.place(row), truncate(texts[row]) or "(blank)"
                raise DataError(f"{place}: column {self.name!r}: {value!r} was not seen in training (unseen: error)")
            seen = f"{int(unseen.sum())} values not seen in training, such as {truncate(texts[row])!r}"
            notes.append(f"column {self.name!r}: {seen}, are all zeros")

        def encode(rows: slice) -> Array:
            which = numbers[texts.codes[rows]]
            encoded = np.zeros((len(which), len(self.categories)))
            seen = np.flatnonzero(which >= 0)
            encoded[seen, which[seen]] = 1
            return encoded

        return encode

    def _numbers(self, table: Table, notes: list[str]) -> Encode:
        values = _truths(table, self.name) if self.kind == "boolean" else table.numbers(self.name)
        empty = np.isnan(values)
        if empty.any():
            if self.fill is None:
                raise DataError(
                    f"{table.place(int(empty.argmax()))}: column {self.name!r} is blank; fill it, or write missing: "
                    "median, mean or {constant: NUMBER}"
                )
            notes.append(f"column {self.name!r}: {int(empty.sum())} blank cells filled with {self.fill:g}")

        def encode(rows: slice) -> Array:
            part, missing = values[rows], empty[rows]
            filled = part if self.fill is None else np.where(missing, self.fill, part)
            return np.stack((filled, missing), axis=1) if self.indicator else filled[:, np.newaxis]

        return encode


def fit_columns(table: Table, rules: ColumnRules) -> tuple[Column, ...]:
    """What every column of a table is, and what its blanks become.

    Args:
        table: the training rows.
        rules: what becomes of them.

    Raises:
        DataError: where a column is blank throughout, holds dates, a few cells that are no numbers, or too many texts.
    """
    return tuple(_fit_column(table, name, rules) for name in table.columns)


def _fit_column(table: Table, name: str, rules: ColumnRules) -> Column:
    cells = table.columns[name]
    if name in rules.categories:
        return _category(table, name, as_texts(cells), rules)
    if isinstance(cells, Texts):
        given = [text for text in cells.present() if text]
        if looks.are_truths(given):
            return _filled(name, "boolean", _truths(table, name), rules)
        values, bad = parse_numbers(cells)
        if bad is not None:
            _refuse(table, name, cells, given, values, bad)
            return _category(table, name, cells, rules)
    else:
        values = cells
    if np.isnan(values).all():
        raise DataError(f"{table.name}: column {name!r} is blank throughout; leave it out with inputs:")
    return _filled(name, "number", values, rules)


def _filled(name: str, kind: Literal["number", "boolean"], values: Array, rules: ColumnRules) -> Column:
    empty = np.isnan(values)
    given = values[~empty]
    fill: float | None = None
    if not isinstance(rules.missing, str):
        fill = rules.missing
    elif rules.missing != "error":
        fill = float(np.median(given) if rules.missing == "median" else np.mean(given))
    return Column(name, kind, fill, indicator=rules.missing_indicator and bool(empty.any()))


def _category(table: Table, name: str, cells: Texts, rules: ColumnRules) -> Column:
    categories = tuple(sorted(cells.present()))
    if len(categories) > MOST_CATEGORIES:
        raise DataError(
            f"{table.name}: column {name!r}: {len(categories)} different texts, more than {MOST_CATEGORIES}; "
            "leave it out with inputs:"
        )
    return Column(name, "category", None, categories, unseen=rules.unseen)


def _refuse(table: Table, name: str, cells: Texts, given: list[str], values: Array, bad: int) -> None:
    """Refuses text that is no category.

    Raises:
        DataError: where it is dates, numbers with signs, or numbers but for a few cells.
    """
    instead = f"leave the column out with inputs:, or take it as text with categories: [{name}]"
    if looks.are_dates(given):
        raise DataError(
            f"{table.place(bad)}: column {name!r}: dates and times such as {truncate(cells[bad])!r} are no numbers; "
            f"make columns of what matters in them (year, month, weekday, days since a day), or {instead}"
        )
    if looks.are_decorated(given):
        raise DataError(
            f"{table.place(bad)}: column {name!r}: expected plain numbers such as 1234.5; got {cells[bad]!r}; write "
            f"them without signs, thousands separators and decimal commas, or {instead}"
        )
    written = int((~blank(cells)).sum())
    truths = cells.where([looks.are_truths([value]) for value in cells.values])
    if truths.sum() >= MOSTLY_NUMBERS * written:
        odd = next(value for value in given if not looks.are_truths([value]))
        row = int(cells.where([value == odd for value in cells.values]).argmax())
        raise DataError(
            f"{table.place(row)}: column {name!r}: expected true or false as in the other rows; got {truncate(odd)!r}; "
            f"mend it, or write blanks: [{truncate(odd)!r}] where it means that there is none, or categories: [{name}]"
        )
    numeric = int((~np.isnan(values)).sum())
    text = cells[bad]
    if numeric and (numeric >= MOSTLY_NUMBERS * written or text.lower() in looks.NO_NUMBER):
        raise DataError(
            f"{table.place(bad)}: column {name!r}: expected a finite number as in the other rows; "
            f"got {truncate(text)!r}; mend it, or write blanks: [{truncate(text)!r}] where it means that there is none"
        )


def _truths(table: Table, name: str) -> Array:
    """A column of true and false as 1, 0 and nan for blank; 1 and 0 stand for them too.

    Raises:
        DataError: naming the first cell that is neither.
    """
    cells: Cells = table.cells(name)
    texts = as_texts(cells)
    meaning = {"true": 1.0, "false": 0.0, "1": 1.0, "0": 0.0, "": np.nan}
    unknown = texts.where([value.lower() not in meaning for value in texts.values])
    if unknown.any():
        row = int(unknown.argmax())
        raise DataError(f"{table.place(row)}: column {name!r}: expected true or false; got {texts[row]!r}")
    return np.array([meaning.get(value.lower(), np.nan) for value in texts.values])[texts.codes]


def from_state(state: Mapping[str, Any]) -> Column:
    """A column from its stored form.

    Raises:
        ValueError: where that is no column.
    """
    column = Column(**{**state, "categories": tuple(state["categories"])})
    known = column.kind in ("number", "boolean", "category") and column.unseen in ("zeros", "error")
    texts = all(isinstance(text, str) for text in (column.name, *column.categories))
    filled = column.fill is None or (isinstance(column.fill, float) and isfinite(column.fill))
    if not (known and texts and filled and isinstance(column.indicator, bool)):
        raise ValueError(f"the column {column.name!r} is not described as it should be")
    return column
