"""The area under the receiver operating characteristic."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from nncli.core.types import Array
from nncli.nn.metric import metric
from nncli.nn.metrics.bases.ranking import Ranking


@metric("roc_auc", "auc")
@dataclass(frozen=True)
class RocAuc(Ranking):
    """How often a row of the class has a higher probability of it than a row of another, in [0, 1]; 0.5 by chance.

    sum of w_i w_j ([p_i > p_j] + [p_i = p_j] / 2) / sum of w_i w_j, over rows i of the class and j of others

    This is the area under the curve of the true positive rate over the false positive rate, with straight lines where
    scores tie. It is for the second of two classes; for more classes each against the rest, and then averaged, as it is
    for several labels a row. As in scikit-learn it is nan where all rows are of one class, and so is the macro average
    where a class is absent from the targets. It keeps all rows, (classes + 2) x 8 bytes each, or 24 for two classes.

    Args:
        average: over more than two classes or several labels: macro, the plain mean, or weighted, by their rows.

    Reference: Hanley and McNeil, Radiology 143 (1982), 29-36; Fawcett, Pattern Recognition Letters 27 (2006), 861-874.
    """

    def of_class(self, right: Array, wrong: Array) -> float:
        """The area, by the trapezoidal rule."""
        if right[-1] == 0 or wrong[-1] == 0:
            return float("nan")
        heights = right + np.append(0, right[:-1])
        return float(np.dot(np.diff(wrong, prepend=0), heights) / 2 / (right[-1] * wrong[-1]))
