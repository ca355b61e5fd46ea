"""A preview of a large source."""

from __future__ import annotations

from dataclasses import dataclass

from nncli.data.rows.raw_rows import Rows


@dataclass(frozen=True)
class Preview:
    """The targets of all rows of a large source, and the inputs of some rows.

    Args:
        rows: all rows with their targets; their inputs are NotLoaded.
        sample: some of the rows with their inputs; `origin` holds their row numbers.
    """

    rows: Rows
    sample: Rows
