"""One-hot encoding of categories, and of categories that were not seen in training."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import numpy as np

from nncli.core.errors import DataError
from nncli.core.text_format import truncate
from nncli.core.types import Array
from nncli.data.column_encoding.encoded_table import Encode
from nncli.data.tables.cells import as_text_column
from nncli.data.tables.dataframe import Table


def one_hot_encode(
    table: Table, name: str, categories: Sequence[str], unseen: Literal["zeros", "error"], notes: list[str]
) -> Encode:
    """Return a function that one-hot encodes rows of a column.

    Args:
        table: that has the column.
        name: of the column.
        categories: of the training rows; each becomes a column.
        unseen: whether other texts become zeros or are an error.
        notes: receives the number of other texts.

    Raises:
        DataError: naming file, line and column of an unseen category, with unseen: error.
    """
    texts = as_text_column(table.column(name))
    index_of = {category: index for index, category in enumerate(categories)}
    indices = np.array([index_of.get(value, -1) for value in texts.values], np.int64)  # -1 for unseen
    is_unseen = texts.mask(indices < 0)
    if is_unseen.any():
        row = int(is_unseen.argmax())
        if unseen == "error":
            place, value = table.place(row), truncate(texts[row]) or "(blank)"
            raise DataError(f"{place}: column {name!r}: {value!r} was not seen in training (unseen: error)")
        count = f"{int(is_unseen.sum())} values not seen in training, such as {truncate(texts[row])!r}"
        notes.append(f"column {name!r}: {count}, are all zeros")

    def encode(rows: slice) -> Array:
        columns = indices[texts.codes[rows]]
        encoded = np.zeros((len(columns), len(categories)))
        seen = np.flatnonzero(columns >= 0)
        encoded[seen, columns[seen]] = 1
        return encoded

    return encode
