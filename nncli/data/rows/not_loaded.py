"""A placeholder for inputs that were not loaded."""

from __future__ import annotations

from dataclasses import dataclass

from nncli.core.types import Array


@dataclass(frozen=True)
class NotLoaded:
    """Stands for the inputs of rows of which only the targets were read.

    Args:
        count: number of rows.
    """

    count: int

    def __len__(self) -> int:
        return self.count

    def take(self, indices: Array) -> NotLoaded:
        """Return a placeholder for as many rows as there are indices."""
        return NotLoaded(len(indices))
