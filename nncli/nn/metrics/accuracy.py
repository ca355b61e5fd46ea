"""Accuracy."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from nncli.core.types import Array
from nncli.nn.loss import classes_of, labels_of
from nncli.nn.metric import Metric, is_multi_label, metric, weight_of_rows


@metric("accuracy")
@dataclass(frozen=True)
class Accuracy(Metric):
    """Accuracy: fraction of rows whose most likely class is correct, in [0, 1].

    classes      sum(w * [argmax(prediction) = target]) / sum(w)
    multi-label  sum(w * [[prediction_j > 0.5] = target_j]) / (sum(w) * labels)

    For multi-label targets it is the fraction of correct labels, like Keras's binary accuracy: a row with three of four
    labels correct counts as 0.75.

    Shape: predictions (n, classes), or (n, 1) for two classes; targets (n,) class numbers; multi-label: both (n,
        labels)
    """

    target_kind = "classes"
    supports_multi_label = True
    higher_is_better = True

    def measure(self, prediction: Array, targets: Array, weights: Array | None) -> Array:
        """Return (correct rows, rows), weighted; for multi-label targets (correct labels, labels)."""
        if is_multi_label(targets):
            correct = np.count_nonzero(labels_of(prediction) == targets, axis=1)  # (n,)
            weight = weight_of_rows(weights, len(targets))
            return np.array((np.dot(weight, correct), weight.sum() * targets.shape[1]))
        correct = classes_of(prediction) == targets.reshape(len(targets))
        if weights is None:
            return np.array((np.count_nonzero(correct), len(correct)), np.float64)
        return np.array((weights[correct].sum(), weights.sum()), np.float64)

    def finish(self, state: Array) -> float:
        """Return the fraction."""
        return float(state[0] / state[1])
