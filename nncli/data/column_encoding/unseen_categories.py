"""Categories that were not seen in training: encode them as zeros with a note, or refuse them."""

from __future__ import annotations

from typing import Literal

from nncli.core.errors import DataError
from nncli.core.text_format import truncate
from nncli.core.types import Array
from nncli.data.tables.dataframe import Table
from nncli.data.tables.text_column import TextColumn


def check_unseen_categories(
    table: Table, name: str, texts: TextColumn, is_unseen: Array, unseen: Literal["zeros", "error"], notes: list[str]
) -> None:
    """Note how many cells of a column hold a category that was not seen in training, or refuse the first one.

    Args:
        table: the table that has the column.
        name: name of the column.
        texts: (n,) the cells of the column.
        is_unseen: (n,) mask of the cells whose category is unseen.
        unseen: whether unseen categories are encoded as zeros or are an error.
        notes: receives the number of cells with unseen categories.

    Raises:
        DataError: if a category is unseen and `unseen` is error; names file, line and column.
    """
    if not is_unseen.any():
        return
    row = int(is_unseen.argmax())
    if unseen == "error":
        place, value = table.place(row), truncate(texts[row]) or "(blank)"
        raise DataError(f"{place}: column {name!r}: {value!r} was not seen in training (unseen: error)")
    count = f"{int(is_unseen.sum())} values not seen in training, such as {truncate(texts[row])!r}"
    notes.append(f"column {name!r}: {count}, are encoded as zeros")
