"""Median absolute error."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from nncli.core.types import Array
from nncli.nn.metric import differences, metric
from nncli.nn.metrics.bases.kept_rows import KeptRows


@metric("median_absolute_error", "medae")
@dataclass(frozen=True)
class MedianAbsoluteError(KeptRows):
    """Median absolute error: median of |prediction - target| over rows, in the target's unit.

    For several targets, it is the mean of their medians. With weights, as in scikit-learn, the median is the smallest
    error at which the cumulative weight reaches half of the total; if the cumulative weight is exactly half at this
    error, the median is the mean of this error and the next one. So equal weights give the plain median, and a row of
    weight 2 counts as two rows. The metric keeps all rows in memory: 8 * (targets + 1) bytes per row.

    Shape: predictions (n, *), targets (n, *)
    Reference: Hyndman and Fan, The American Statistician 50 (1996), 361-365, definition 2.
    """

    def columns(self, prediction: Array, targets: Array, weights: Array | None) -> Array:
        """Return the absolute differences and the weight: (n, targets + 1)."""
        difference, weight = differences(prediction, targets, weights)
        return np.column_stack((np.abs(difference), weight))

    def of_all(self, rows: Array) -> float:
        """Return the mean of the targets' medians."""
        return float(np.mean([_median(rows[:, unit], rows[:, -1]) for unit in range(rows.shape[1] - 1)]))


def _median(values: Array, weight: Array) -> float:
    order = np.argsort(values, kind="stable")
    values, cumulative = values[order], np.cumsum(weight[order])  # cumulative weight up to each value
    half = cumulative[-1] / 2
    if np.isnan(values[-1]) or half == 0:
        return float("nan")
    at = np.searchsorted(cumulative, half)
    if cumulative[at] - half > np.finfo(np.float64).eps:
        return float(values[at])
    following = np.searchsorted(cumulative, cumulative[at], side="right")  # index of the next value with weight above 0
    return float((values[at] + values[following if following < len(values) else at]) / 2)
