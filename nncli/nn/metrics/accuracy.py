"""Accuracy."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from nncli.core.types import Array
from nncli.nn.loss import classes_of, labels_of
from nncli.nn.metric import Metric, metric, several_labels, weight_of_rows


@metric("accuracy")
@dataclass(frozen=True)
class Accuracy(Metric):
    """The share of rows whose most likely class is the right one, in [0, 1]; of several labels a row, of right labels.

    sum of w [argmax(prediction) = target] / sum of w
    several labels  sum of w [[prediction_j > 0.5] = target_j] / sum of w labels, as Keras's binary accuracy; so a row
                    that is right but for one label of four counts 0.75
    """

    target_kind = "classes"
    measures_labels = True
    higher_is_better = True

    def measure(self, prediction: Array, targets: Array, weights: Array | None) -> Array:
        """(right rows, rows), weighted; of several labels their entries."""
        if several_labels(targets):
            right = np.count_nonzero(labels_of(prediction) == targets, axis=1)  # (n,)
            weight = weight_of_rows(weights, len(targets))
            return np.array((np.dot(weight, right), weight.sum() * targets.shape[1]))
        right = classes_of(prediction) == targets.reshape(len(targets))
        if weights is None:
            return np.array((np.count_nonzero(right), len(right)), np.float64)
        return np.array((weights[right].sum(), weights.sum()), np.float64)

    def finish(self, state: Array) -> float:
        """The share."""
        return float(state[0] / state[1])
