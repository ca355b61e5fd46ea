"""A column of text that stores every distinct text once, as pandas' Categorical does."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from nncli.core.types import Array


@dataclass(frozen=True)
class TextColumn:
    """Text for every row.

    Args:
        codes: (n,) the index into `values` of every row's text.
        values: the distinct texts; some may occur in no row.
    """

    codes: Array
    values: tuple[str, ...]

    def __len__(self) -> int:
        return len(self.codes)

    def __getitem__(self, index: int) -> str:
        return self.values[self.codes[index]]

    def take(self, indices: Array) -> TextColumn:
        """Return some of the rows."""
        return TextColumn(self.codes[indices], self.values)

    def unique(self) -> list[str]:
        """Return the distinct texts that occur in at least one row."""
        return [self.values[code] for code in np.flatnonzero(np.bincount(self.codes, minlength=len(self.values)))]

    def mask(self, chosen: Sequence[bool] | Array) -> Array:
        """Return a mask (n,) of the rows whose text is chosen.

        Args:
            chosen: a truth value for each of `values`.
        """
        return np.array(chosen, bool)[self.codes] if self.values else np.zeros(len(self), bool)

    def tolist(self) -> list[str]:
        """Return the text of every row."""
        return [self.values[code] for code in self.codes.tolist()]


def factorize(texts: Sequence[str]) -> TextColumn:
    """Return a text column of one text per row, with the distinct texts in order of appearance."""
    codes_by_text: dict[str, int] = {}
    codes = [codes_by_text.setdefault(text, len(codes_by_text)) for text in texts]
    return TextColumn(np.array(codes, np.int32), tuple(codes_by_text))
