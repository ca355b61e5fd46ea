"""Base class of metrics that are a mean over rows."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from nncli.core.types import Array
from nncli.nn.metric import Metric, weight_of_rows


@dataclass(frozen=True)
class RowMean(Metric):
    """The base of metrics that are the weighted mean of one value per row: sum(w * value) / sum(w)."""

    def of_rows(self, prediction: Array, targets: Array) -> Array:
        """Return the value of every row: (n,) in float64."""
        raise NotImplementedError

    def measure(self, prediction: Array, targets: Array, weights: Array | None) -> Array:
        """Return (sum of the values, number of rows), weighted."""
        weight = weight_of_rows(weights, len(targets))
        return np.array((np.dot(weight, self.of_rows(prediction, targets)), weight.sum()))

    def finish(self, state: Array) -> float:
        """Return the mean."""
        return float(state[0] / state[1])
