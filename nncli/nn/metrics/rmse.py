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
    """sqrt(mean over rows and units of (prediction - target)^2), in the target's unit."""

    def measure(self, prediction: Array, targets: Array, weights: Array | None) -> Array:
        """(sum of squares, entries), weighted."""
        difference, weight = differences(prediction, targets, weights)
        return np.array((np.dot(weight, difference**2).sum(), weight.sum() * difference.shape[1]))

    def finish(self, state: Array) -> float:
        """The root of the mean."""
        return sqrt(state[0] / state[1])
