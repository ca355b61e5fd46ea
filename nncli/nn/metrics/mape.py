"""Mean absolute percentage error."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from nncli.core.types import Array
from nncli.nn.metric import differences, metric
from nncli.nn.metrics.bases.row_mean import RowMean


@metric("mape", "mean_absolute_percentage_error")
@dataclass(frozen=True)
class MeanAbsolutePercentageError(RowMean):
    """Mean absolute percentage error: mean of |prediction - target| / |target|; 0.25 means 25 percent.

    The mean is over rows and targets. As in scikit-learn, |target| is clipped to at least 2.2e-16, the machine epsilon
    of float64, so a target of 0 makes the metric very large unless the prediction is exact.

    Shape: predictions (n, *), targets (n, *)
    """

    def of_rows(self, prediction: Array, targets: Array) -> Array:
        """Return the mean over the targets, for every row."""
        difference, _ = differences(prediction, targets, None)
        size = np.abs(targets.reshape(difference.shape).astype(np.float64))
        return (np.abs(difference) / np.maximum(size, np.finfo(np.float64).eps)).mean(axis=1)
