"""Options for reading a table."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass


@dataclass(frozen=True)
class ReadOptions:
    """How the columns of a table are read.

    A column that is not listed here holds numbers if every cell is a number, and otherwise text.

    Args:
        text_columns: columns that are always read as text.
        label_columns: columns that are text if a cell is a code such as 007 or a number too long for a double.
        blanks: texts that mean a blank cell, such as NA; an empty cell is always blank.
    """

    text_columns: Collection[str] = ()
    label_columns: Collection[str] = ()
    blanks: tuple[str, ...] = ()


DEFAULT_OPTIONS = ReadOptions()
