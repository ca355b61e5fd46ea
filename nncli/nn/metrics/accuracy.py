"""Accuracy."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from nncli.core.types import Array
from nncli.nn.loss import classes_of
from nncli.nn.metric import Metric, metric


@metric("accuracy")
@dataclass(frozen=True)
class Accuracy(Metric):
    """The share of rows whose most likely class is the right one, in [0, 1].

    sum of w [argmax(prediction) = target] / sum of w
    """

    target_kind = "classes"
    higher_is_better = True

    def measure(self, prediction: Array, targets: Array, weights: Array | None) -> Array:
        """(right rows, rows), weighted."""
        right = classes_of(prediction) == targets.reshape(len(targets))
        if weights is None:
            return np.array((np.count_nonzero(right), len(right)), np.float64)
        return np.array((weights[right].sum(), weights.sum()), np.float64)

    def finish(self, state: Array) -> float:
        """The share."""
        return float(state[0] / state[1])
