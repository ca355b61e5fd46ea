"""Split in time order: hold out the last rows."""

from __future__ import annotations

from nncli.core.types import Array
from nncli.data.splits.held_out import check_size


def tail_split(rows: Array, count: int, purpose: str) -> tuple[Array, Array]:
    """Return (held out, remaining): the last `count` rows in their order, and the rows before them.

    Raises:
        DataError: if either side would be empty.
    """
    check_size(count, len(rows), purpose)
    return rows[len(rows) - count :], rows[: len(rows) - count]
