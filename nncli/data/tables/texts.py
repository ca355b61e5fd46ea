"""A column of text, in which every distinct text is kept once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from nncli.core.types import Array


@dataclass(frozen=True)
class Texts:
    """Text for every row.

    Args:
        codes: (n,) the number of every row's text.
        values: the texts by their numbers, each once; some may be of no row.
    """

    codes: Array
    values: tuple[str, ...]

    def __len__(self) -> int:
        return len(self.codes)

    def __getitem__(self, index: int) -> str:
        return self.values[self.codes[index]]

    def take(self, indices: Array) -> Texts:
        """Some of the rows."""
        return Texts(self.codes[indices], self.values)

    def present(self) -> list[str]:
        """The texts that some row has."""
        return [self.values[code] for code in np.flatnonzero(np.bincount(self.codes, minlength=len(self.values)))]

    def where(self, chosen: Sequence[bool] | Array) -> Array:
        """(n,) whether the text of a row is chosen.

        Args:
            chosen: for every one of `values`.
        """
        return np.array(chosen, bool)[self.codes] if self.values else np.zeros(len(self), bool)

    def tolist(self) -> list[str]:
        """The text of every row."""
        return [self.values[code] for code in self.codes.tolist()]


def encoded(texts: Sequence[str]) -> Texts:
    """Texts from one a row."""
    numbers: dict[str, int] = {}
    codes = [numbers.setdefault(text, len(numbers)) for text in texts]
    return Texts(np.array(codes, np.int32), tuple(numbers))
