"""Average precision."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from nncli.core.types import Array
from nncli.nn.metric import metric, safe_ratio
from nncli.nn.metrics.bases.ranking import Ranking


@metric("average_precision")
@dataclass(frozen=True)
class AveragePrecision(Ranking):
    """Average precision: the area under the precision-recall curve, in [0, 1].

    sum over thresholds t, from the highest down, of (recall_t - recall_(t-1)) * precision_t

    As in scikit-learn, the curve is a step function without interpolation; rows with equal scores share a threshold.
    For two classes it is the score of the second class; for more classes, the average of the one-versus-rest scores;
    for multi-label targets, the average over the labels. It is 0 for a class without rows and 1 if all rows belong to
    it. The metric keeps all rows in memory: 8 * (classes + 2) bytes per row, or 24 for two classes.

    Shape: predictions (n, classes), or (n, 1) for two classes; targets (n,) class numbers; multi-label: both (n,
        labels)

    Args:
        average: average over more than two classes or over labels: macro, the unweighted mean, or weighted, the mean
            weighted by the rows of each class.
    Reference: Manning, Raghavan and Schuetze, Introduction to Information Retrieval (2008), section 8.4.
    """

    def of_class(self, true: Array, false: Array) -> float:
        """Return the sum over the steps of the curve."""
        if true[-1] == 0:
            return 0.0
        return float(np.dot(np.diff(true, prepend=0), safe_ratio(true, true + false)) / true[-1])
