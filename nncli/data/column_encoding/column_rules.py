"""Options for encoding the columns of a table."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True)
class ColumnRules:
    """How the columns of a table are encoded.

    Args:
        missing: how blank cells of numeric columns are imputed: median, mean, error, or a number.
        missing_indicator: whether a column with blank cells gets an extra column that marks them.
        unseen: how a category that did not occur in training is encoded: zeros, or an error.
        categories: the columns that are categories even if they hold numbers.
    """

    missing: str | float = "median"
    missing_indicator: bool = False
    unseen: Literal["zeros", "error"] = "zeros"
    categories: Collection[str] = ()


DEFAULT_RULES = ColumnRules()
