"""Notes for the user about the columns of a table."""

from __future__ import annotations

from collections.abc import Collection, Sequence

import numpy as np

from nncli.data.arrays.chunks import chunks
from nncli.data.column_encoding.column_encoder import ColumnEncoder
from nncli.data.preprocessing.network_inputs import RawInputs
from nncli.data.rows import Rows
from nncli.data.tables.dataframe import Table


def extra_columns_note(table: Table, known: Collection[str]) -> list[str]:
    """Return a note about columns that training did not use."""
    extra = [name for name in table.columns if name not in known]
    return [f"columns not used in training are ignored: {', '.join(extra)}"] if extra else []


def zero_padded_note(rows: Rows, columns: Sequence[ColumnEncoder]) -> list[str]:
    """Return a note about columns of numbers such as 007, which may be codes."""
    padded = rows.inputs.zero_padded if isinstance(rows.inputs, Table) else ()
    names = ", ".join(column.name for column in columns if column.kind == "number" and column.name in padded)
    if not names:
        return []
    what = "hold numbers such as 007 and are taken as numbers; if they are codes"
    return [f"columns {names} {what}, write categories: [{names}]"]


def constant_columns_note(raw: RawInputs, feature_names: Sequence[str] | None) -> list[str]:
    """Return a note about columns with the same value in all training rows."""
    if len(raw.shape) != 2 or feature_names is None or not len(raw):
        return []
    first, constant = raw[0:1], np.ones(raw.shape[1], bool)
    for chunk in chunks(raw):
        constant &= (chunk == first).all(axis=0)
    if not constant.any():
        return []
    return [f"columns that are constant in the training rows: {', '.join(np.array(feature_names)[constant])}"]
