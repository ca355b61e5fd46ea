"""Area under the ROC curve."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from nncli.core.types import Array
from nncli.nn.metric import metric
from nncli.nn.metrics.bases.ranking import Ranking


@metric("roc_auc", "auc")
@dataclass(frozen=True)
class RocAuc(Ranking):
    """ROC AUC: area under the receiver operating characteristic curve, in [0, 1]; 0.5 for random scores.

    sum(w_i * w_j * ([p_i > p_j] + [p_i = p_j] / 2)) / sum(w_i * w_j), over rows i of the class and j of other classes

    This is the probability that a row of the class has a higher score p than a row of another class. For two classes,
    it is the area for the second class; for more classes, the average of the one-versus-rest areas; for multi-label
    targets, the average over the labels. As in scikit-learn, it is nan if all rows are of one class, and the macro
    average is nan if a class has no rows. The metric keeps all rows in memory: 8 * (classes + 2) bytes per row, or 24
    for two classes.

    Shape: predictions (n, classes), or (n, 1) for two classes; targets (n,) class numbers; multi-label: both (n,
        labels)

    Args:
        average: average over more than two classes or over labels: macro, the unweighted mean, or weighted, the mean
            weighted by the rows of each class.
    Reference: Hanley and McNeil, Radiology 143 (1982), 29-36; Fawcett, Pattern Recognition Letters 27 (2006), 861-874.
    """

    def of_class(self, true: Array, false: Array) -> float:
        """Integrate by the trapezoidal rule."""
        if true[-1] == 0 or false[-1] == 0:
            return float("nan")
        heights = true + np.append(0, true[:-1])
        return float(np.dot(np.diff(false, prepend=0), heights) / 2 / (true[-1] * false[-1]))
