"""Steps that all splits share: check the size, and separate the held-out rows from the remaining ones."""

from __future__ import annotations

import numpy as np

from nncli.core.errors import DataError
from nncli.core.types import Array


def check_size(count: int, rows: int, purpose: str) -> None:
    """Check that neither side of a split is empty.

    Raises:
        DataError: if a side is empty.
    """
    if count < 1 or count >= rows:
        side = purpose if count < 1 else "training"
        raise DataError(f"the split holds out {count} of {rows} rows, so {side} gets no rows")


def separate(rows: Array, drawn: Array) -> tuple[Array, Array]:
    """Return (held out, remaining), both in ascending order.

    Args:
        rows: row numbers, ascending.
        drawn: indices into `rows` of the rows to hold out.
    """
    is_held_out = np.zeros(len(rows), bool)
    is_held_out[drawn] = True
    return rows[is_held_out], rows[~is_held_out]
