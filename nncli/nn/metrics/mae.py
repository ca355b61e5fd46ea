"""Mean absolute error."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from nncli.core.types import Array
from nncli.nn.metric import Metric, differences, metric


@metric("mae", "mean_absolute_error")
@dataclass(frozen=True)
class MeanAbsoluteError(Metric):
    """Mean absolute error: mean of |prediction - target| over rows and targets, in the target's unit.

    Shape: predictions (n, *), targets (n, *)
    """

    def measure(self, prediction: Array, targets: Array, weights: Array | None) -> Array:
        """Return (sum of absolute differences, number of entries), weighted."""
        difference, weight = differences(prediction, targets, weights)
        return np.array((np.dot(weight, np.abs(difference)).sum(), weight.sum() * difference.shape[1]))

    def finish(self, state: Array) -> float:
        """Return the mean."""
        return float(state[0] / state[1])
