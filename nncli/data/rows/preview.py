"""A preview of a large source."""

from __future__ import annotations

from dataclasses import dataclass

from nncli.data.rows.raw_rows import Rows


@dataclass(frozen=True)
class Preview:
    """What is known of a large source without reading all of it.

    Args:
        rows: all rows with their targets; their inputs are NotLoaded.
        sample: some of the rows with their inputs; `origin` holds their numbers.
    """

    rows: Rows
    sample: Rows
