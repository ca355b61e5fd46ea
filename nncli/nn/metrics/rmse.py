"""Root mean squared error."""

from __future__ import annotations

from dataclasses import dataclass
from math import sqrt

import numpy as np

from nncli.core.types import Array
from nncli.nn.metric import Metric, differences, metric


@metric("rmse", "root_mean_squared_error")
@dataclass(frozen=True)
class RootMeanSquaredError(Metric):
    """Root mean squared error: square root of the mean of (prediction - target)^2, in the target's unit.

    The mean is over rows and targets.

    Shape: predictions (n, *), targets (n, *)
    """

    def measure(self, prediction: Array, targets: Array, weights: Array | None) -> Array:
        """Return (sum of squares, number of entries), weighted."""
        difference, weight = differences(prediction, targets, weights)
        return np.array((np.dot(weight, difference**2).sum(), weight.sum() * difference.shape[1]))

    def finish(self, state: Array) -> float:
        """Return the square root of the mean."""
        return sqrt(state[0] / state[1])
