"""Options for encoding the columns of a table."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True)
class ColumnRules:
    """How the columns of a table are encoded.

    Args:
        missing: the value imputed for blank cells of numeric columns: median, mean or a number; with
            error, blank cells are an error.
        missing_indicator: whether a column with blank cells gets an extra column that marks them.
        unseen: whether a category that did not occur in training is encoded as zeros or is an error.
        categories: names of columns whose cells are categories even if they are numbers.
    """

    missing: str | float = "median"
    missing_indicator: bool = False
    unseen: Literal["zeros", "error"] = "zeros"
    categories: Collection[str] = ()


DEFAULT_RULES = ColumnRules()
