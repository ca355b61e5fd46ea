"""Infer the kind of every column of the training rows, and fit its encoder."""

from __future__ import annotations

from typing import Literal

import numpy as np

from nncli.core.errors import DataError
from nncli.core.types import Array
from nncli.data.column_encoding.column_encoder import ColumnEncoder
from nncli.data.column_encoding.column_rules import ColumnRules
from nncli.data.column_encoding.imputation import fit_fill_value
from nncli.data.column_encoding.parse_booleans import parse_booleans
from nncli.data.column_encoding.text_column_checks import check_text_is_category
from nncli.data.tables.cells import as_text_column, parse_cells
from nncli.data.tables.dataframe import Table
from nncli.data.tables.text_column import TextColumn
from nncli.data.tables.text_patterns import are_booleans

MAX_CATEGORIES = 1000


def fit_encoders(table: Table, rules: ColumnRules) -> tuple[ColumnEncoder, ...]:
    """Fit an encoder to every column.

    Args:
        table: the training rows.
        rules: options for encoding.

    Raises:
        DataError: if a column is entirely blank, holds dates, holds a few texts among numbers, or holds too many
            different texts.
    """
    return tuple(_fit_column(table, name, rules) for name in table.columns)


def _fit_column(table: Table, name: str, rules: ColumnRules) -> ColumnEncoder:
    cells = table.columns[name]
    if name in rules.categories:
        return _category(table, name, as_text_column(cells), rules)
    if isinstance(cells, TextColumn):
        if are_booleans([text for text in cells.unique() if text]):
            return _numeric(name, "boolean", parse_booleans(table, name), rules)
        values, bad = parse_cells(cells)
        if bad is not None:
            check_text_is_category(table, name, cells, values, bad)
            return _category(table, name, cells, rules)
    else:
        values = cells
    if np.isnan(values).all():
        raise DataError(f"{table.name}: column {name!r} is blank throughout; leave it out with inputs:")
    return _numeric(name, "number", values, rules)


def _numeric(name: str, kind: Literal["number", "boolean"], values: Array, rules: ColumnRules) -> ColumnEncoder:
    indicator = rules.missing_indicator and bool(np.isnan(values).any())
    return ColumnEncoder(name, kind, fit_fill_value(values, rules), indicator=indicator)


def _category(table: Table, name: str, cells: TextColumn, rules: ColumnRules) -> ColumnEncoder:
    categories = tuple(sorted(cells.unique()))
    if len(categories) > MAX_CATEGORIES:
        raise DataError(
            f"{table.name}: column {name!r}: {len(categories)} different texts, more than {MAX_CATEGORIES}; "
            "leave it out with inputs:"
        )
    return ColumnEncoder(name, "category", None, categories, unseen=rules.unseen)
