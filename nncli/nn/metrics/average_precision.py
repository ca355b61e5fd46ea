"""Average precision."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from nncli.core.types import Array
from nncli.nn.metric import metric, share
from nncli.nn.metrics.bases.ranking import Ranking


@metric("average_precision")
@dataclass(frozen=True)
class AveragePrecision(Ranking):
    """The mean of the precisions at all thresholds, each weighted with the recall that it adds, in [0, 1].

    sum over thresholds t, from the highest down, of (recall_t - recall_(t-1)) precision_t

    This is the area under the precision-recall curve as steps, without interpolation, as in scikit-learn; rows that tie
    are one threshold. It is for the second of two classes; for more classes each against the rest, and then averaged,
    as it is for several labels a row. It is 0 for a class that is absent from the targets and 1 where all rows are of
    it. It keeps all rows, (classes + 2) x 8 bytes each, or 24 for two classes.

    Args:
        average: over more than two classes or several labels: macro, the plain mean, or weighted, by their rows.

    Reference: Manning, Raghavan and Schuetze, Introduction to Information Retrieval (2008), section 8.4.
    """

    def of_class(self, right: Array, wrong: Array) -> float:
        """The sum of the steps."""
        if right[-1] == 0:
            return 0.0
        return float(np.dot(np.diff(right, prepend=0), share(right, right + wrong)) / right[-1])
