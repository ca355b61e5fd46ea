"""Parse columns of true and false."""

from __future__ import annotations

import numpy as np

from nncli.core.errors import DataError
from nncli.core.types import Array
from nncli.data.tables.cells import as_text_column
from nncli.data.tables.dataframe import Table

VALUES = {"true": 1.0, "false": 0.0, "1": 1.0, "0": 0.0, "": np.nan}


def parse_booleans(table: Table, name: str) -> Array:
    """Return a column of true, false, 1 and 0 as numbers: 1 and 0, and nan for blank cells.

    Raises:
        DataError: if a cell holds another value; names its place.
    """
    texts = as_text_column(table.column(name))
    invalid = texts.mask([value.lower() not in VALUES for value in texts.values])
    if invalid.any():
        row = int(invalid.argmax())
        raise DataError(f"{table.place(row)}: column {name!r}: expected true or false; got {texts[row]!r}")
    return np.array([VALUES.get(value.lower(), np.nan) for value in texts.values])[texts.codes]
