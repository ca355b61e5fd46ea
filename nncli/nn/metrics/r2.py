"""Coefficient of determination."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from nncli.core.types import Array
from nncli.nn.metric import Metric, differences, metric


@metric("r2")
@dataclass(frozen=True)
class R2(Metric):
    """R^2 score (coefficient of determination): the fraction of the targets' variance that is explained, at most 1.

    1 - sum(w * (prediction - target)^2) / sum(w * (target - mean target)^2)

    For several targets it is the mean of their scores. As in scikit-learn, for a constant target it is 1 if the
    predictions are exact and 0 otherwise.

    Shape: predictions (n, *), targets (n, *)
    Reference: for merging means and sums of squares, Chan, Golub and LeVeque, The American Statistician 37 (1983),
        242-247.
    """

    higher_is_better = True

    def measure(self, prediction: Array, targets: Array, weights: Array | None) -> Array:
        """Return the total weight, then means, sums of squared deviations and sums of squared errors of the targets."""
        difference, weight = differences(prediction, targets, weights)
        total = weight.sum()
        if total == 0:
            return np.empty(0)
        y = targets.reshape(difference.shape).astype(np.float64)
        mean = y[0] + np.dot(weight, y - y[0]) / total  # exact if all targets are equal
        return np.concatenate(((total,), mean, np.dot(weight, (y - mean) ** 2), np.dot(weight, difference**2)))

    def merge(self, a: Array, b: Array) -> Array:
        """Merge by the parallel variance formula, which avoids cancellation."""
        if not (a.size and b.size):
            return a if a.size else b
        units = (len(a) - 1) // 3
        total = a[0] + b[0]
        apart = b[1 : 1 + units] - a[1 : 1 + units]
        merged = a + b
        merged[1 : 1 + units] = a[1 : 1 + units] + apart * (b[0] / total)
        merged[1 + units : 1 + 2 * units] += apart**2 * (a[0] * b[0] / total)
        return merged

    def finish(self, state: Array) -> float:
        """Return the mean over the targets of 1 - the ratio of the sums of squares."""
        _, _, deviations, errors = np.split(state, (1, 1 + (len(state) - 1) // 3, 1 + 2 * (len(state) - 1) // 3))
        constant = deviations == 0
        ratio = np.where(constant, (errors != 0) * 1.0, errors / np.where(constant, 1, deviations))
        return float(np.mean(1 - ratio))
