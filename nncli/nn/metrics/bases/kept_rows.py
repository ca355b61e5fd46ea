"""Metrics that need all rows at once."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from nncli.core.types import Array
from nncli.nn.metric import Metric


@dataclass(frozen=True)
class KeptRows(Metric):
    """The base of metrics that no sums stand for: they keep some columns of every row, 8 bytes each.

    The state is the number of columns, and then the rows one after another.
    """

    keeps_rows = True

    def columns(self, prediction: Array, targets: Array, weights: Array | None) -> Array:
        """What is kept of these rows: (n, columns) in float64."""
        raise NotImplementedError

    def of_all(self, rows: Array) -> float:
        """The metric of all rows that were kept: (n, columns)."""
        raise NotImplementedError

    def measure(self, prediction: Array, targets: Array, weights: Array | None) -> Array:
        """The rows, kept."""
        rows = self.columns(prediction, targets, weights)
        return np.concatenate(((rows.shape[1],), rows.reshape(rows.size)))

    def merge(self, a: Array, b: Array) -> Array:
        """The rows of both, in this order."""
        return np.concatenate((a, b[1:])) if a.size and b.size else a if a.size else b

    def finish(self, state: Array) -> float:
        """The metric of all rows."""
        columns = int(state[0])
        return self.of_all(state[1:].reshape((len(state) - 1) // columns, columns))
