"""One-hot encode categories; categories not seen in training become zeros."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import numpy as np

from nncli.core.types import Array
from nncli.data.column_encoding.encoded_table import Encode
from nncli.data.column_encoding.unseen_categories import check_unseen_categories
from nncli.data.tables.cells import as_text_column
from nncli.data.tables.dataframe import Table


def one_hot_encode(
    table: Table, name: str, categories: Sequence[str], unseen: Literal["zeros", "error"], notes: list[str]
) -> Encode:
    """Return a function that one-hot encodes rows of a column.

    Args:
        table: the table that has the column.
        name: name of the column.
        categories: the categories in the training rows; each becomes a column.
        unseen: whether other categories are encoded as zeros or are an error.
        notes: receives the number of cells with unseen categories.

    Raises:
        DataError: if a category is unseen and `unseen` is error; names file, line and column.
    """
    texts = as_text_column(table.column(name))
    index_of = {category: index for index, category in enumerate(categories)}
    indices = np.array([index_of.get(value, -1) for value in texts.values], np.int64)  # -1 if unseen
    check_unseen_categories(table, name, texts, texts.mask(indices < 0), unseen, notes)

    def encode(rows: slice) -> Array:
        columns = indices[texts.codes[rows]]
        encoded = np.zeros((len(columns), len(categories)))
        seen = np.flatnonzero(columns >= 0)
        encoded[seen, columns[seen]] = 1
        return encoded

    return encode
