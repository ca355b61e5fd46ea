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
    """The median over rows of |prediction - target|, in the target's unit; the mean over several units.

    With weights it is, as in scikit-learn, the smallest error that together with the smaller ones has half of the
    weight, and where these have exactly half of it the mean of that error and the next larger one. So equal weights
    give the plain median, and a weight of 2 is the same as the row twice.

    It keeps all rows, (units + 1) x 8 bytes each.

    Reference: Hyndman and Fan, The American Statistician 50 (1996), 361-365, definition 2.
    """

    def columns(self, prediction: Array, targets: Array, weights: Array | None) -> Array:
        """(n, units + 1): the absolute differences and the weight."""
        difference, weight = differences(prediction, targets, weights)
        return np.column_stack((np.abs(difference), weight))

    def of_all(self, rows: Array) -> float:
        """The mean over the units of their medians."""
        return float(np.mean([_median(rows[:, unit], rows[:, -1]) for unit in range(rows.shape[1] - 1)]))


def _median(values: Array, weight: Array) -> float:
    order = np.argsort(values, kind="stable")
    values, below = values[order], np.cumsum(weight[order])  # below: weight of the values up to each
    half = below[-1] / 2
    if np.isnan(values[-1]) or half == 0:
        return float("nan")
    at = np.searchsorted(below, half)
    if below[at] - half > np.finfo(np.float64).eps:
        return float(values[at])
    following = np.searchsorted(below, below[at], side="right")  # not simply the next one, which may have no weight
    return float((values[at] + values[following if following < len(values) else at]) / 2)
