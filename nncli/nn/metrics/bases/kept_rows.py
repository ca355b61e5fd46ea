"""Base class of metrics that need all rows at once."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from nncli.core.types import Array
from nncli.nn.metric import Metric


@dataclass(frozen=True)
class KeptRows(Metric):
    """The base of metrics that cannot be computed from sums: they store some numbers per row, 8 bytes each.

    The state is the number of columns, followed by the stored rows.
    """

    keeps_rows = True

    def columns(self, prediction: Array, targets: Array, weights: Array | None) -> Array:
        """Return the numbers to store for every row: (n, columns) in float64."""
        raise NotImplementedError

    def of_all(self, rows: Array) -> float:
        """Return the metric of all stored rows: (n, columns)."""
        raise NotImplementedError

    def measure(self, prediction: Array, targets: Array, weights: Array | None) -> Array:
        """Return the number of columns, followed by the rows."""
        rows = self.columns(prediction, targets, weights)
        return np.concatenate(((rows.shape[1],), rows.reshape(rows.size)))

    def merge(self, a: Array, b: Array) -> Array:
        """Return the rows of both states."""
        return np.concatenate((a, b[1:])) if a.size and b.size else a if a.size else b

    def finish(self, state: Array) -> float:
        """Return the metric of all rows."""
        columns = int(state[0])
        return self.of_all(state[1:].reshape((len(state) - 1) // columns, columns))
