"""Base class of metrics that count true positives, predicted and actual rows of every class."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from nncli.core.errors import ShapeError
from nncli.core.types import Array
from nncli.nn.loss import classes_of, labels_of
from nncli.nn.metric import Metric, class_numbers, is_multi_label, safe_ratio, weight_of_rows


@dataclass(frozen=True)
class ClassCounts(Metric):
    """The base of metrics that are a ratio of counts for each class, averaged over the classes.

    For class c, each count is a sum of weights of rows:
        true_c       rows of class c that are predicted as c (true positives)
        predicted_c  rows that are predicted as c
        actual_c     rows of class c

    The averages, as in scikit-learn with zero_division=0:
        binary    the score of the second of two classes
        macro     the unweighted mean over the classes that occur in the targets or predictions, even if only in
                  rows of weight 0
        weighted  the mean over the classes, weighted by actual_c
        micro     the score of the counts summed over the classes

    For multi-label targets, every label counts as a class. A label is predicted if its probability is above 0.5; macro
    is the mean over all labels.
    """

    target_kind = "classes"
    supports_multi_label = True
    higher_is_better = True

    average: Literal["binary", "macro", "weighted", "micro"] | None = None

    def ratio(self, true: Array, predicted: Array, actual: Array) -> Array:
        """Return the score of every class; 0 / 0 counts as 0."""
        raise NotImplementedError

    def measure(self, prediction: Array, targets: Array, weights: Array | None) -> Array:
        """Return true, predicted and actual counts, and how often each class is a target or prediction: (4 * classes,).

        For multi-label targets one more number follows, so that `finish` can tell labels from classes.
        """
        if is_multi_label(targets):
            return np.append(label_counts(prediction, targets, weights), np.full(targets.shape[1] + 1, len(targets)))
        classes = max(2, prediction.shape[-1])
        if fault := self.classes_fault(classes):
            raise ShapeError(fault)
        chosen, actual = classes_of(prediction), class_numbers(targets)
        weight, correct = weight_of_rows(weights, len(actual)), chosen == actual

        def count(numbers: Array, weight: Array | None) -> Array:
            return np.bincount(numbers, weight, classes)

        seen = count(chosen, None) + count(actual, None)
        counts = count(actual[correct], weight[correct]), count(chosen, weight), count(actual, weight), seen
        return np.concatenate(counts, dtype=np.float64)

    def finish(self, state: Array) -> float:
        """Return the average of the scores."""
        true, predicted, actual, seen = state[: len(state) // 4 * 4].reshape(4, -1)
        average = self.average or ("binary" if len(state) == 8 else "macro")
        if average == "micro":
            return float(self.ratio(true.sum(), predicted.sum(), actual.sum()))
        scores = self.ratio(true, predicted, actual)
        if average == "binary":
            return float(scores[1])
        if average == "macro":
            return float(scores[seen > 0].mean())
        return float(safe_ratio(np.dot(scores, actual), actual.sum()))

    def classes_fault(self, classes: int) -> str | None:
        """Refuse binary for more than two classes."""
        if self.average != "binary" or classes <= 2:
            return None
        return f"average: binary is for 2 classes, and there are {classes}; write macro, weighted or micro"

    def labels_fault(self) -> str | None:
        """Refuse binary for multi-label targets."""
        if self.average != "binary":
            return None
        return "average: binary is for 2 classes, not for multi-label targets; write macro, weighted or micro"


def label_counts(prediction: Array, targets: Array, weights: Array | None) -> Array:
    """Return the true, predicted and actual counts of all labels: (3 * labels,)."""
    chosen, weight = labels_of(prediction), weight_of_rows(weights, len(targets))
    return np.concatenate([np.dot(weight, indicator) for indicator in (chosen * targets, chosen, targets)])
