"""Brier score."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from nncli.core.types import Array
from nncli.nn.metric import class_numbers, metric
from nncli.nn.metrics.bases.row_mean import RowMean


@metric("brier", "brier_score")
@dataclass(frozen=True)
class Brier(RowMean):
    """Brier score: mean squared difference between the predicted probabilities and the true class.

    two classes   (p - y)^2, where p is the probability of the second class and y is 0 or 1; in [0, 1]
    more classes  sum over the classes c of (p_c - [c = target])^2; in [0, 2]

    As in scikit-learn with scale_by_half="auto", the sum is halved for two classes only.

    Shape: predictions (n, classes), or (n, 1) for two classes; targets (n,) class numbers
    Reference: Brier, Monthly Weather Review 78 (1950), 1-3.
    """

    target_kind = "classes"

    def of_rows(self, prediction: Array, targets: Array) -> Array:
        """Return the score of every row."""
        actual = class_numbers(targets)
        apart = prediction.astype(np.float64)  # (n, classes)
        if apart.shape[1] == 1:
            return (apart[:, 0] - actual) ** 2
        apart[np.arange(len(actual)), actual] -= 1
        squares = np.square(apart).sum(axis=1)
        return squares / 2 if apart.shape[1] == 2 else squares
