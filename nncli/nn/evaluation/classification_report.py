"""Classification reports: confusion matrix, and precision, recall and F1 of every class or label."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from nncli.core.types import Array
from nncli.nn.loss import classes_of
from nncli.nn.metric import Metric, class_numbers, safe_ratio, weight_of_rows
from nncli.nn.metrics.bases.class_counts import label_counts
from nncli.nn.metrics.bases.kept_rows import KeptRows


@dataclass(frozen=True)
class ClassificationReport:
    """Confusion matrix and scores of every class, or scores of every label of multi-label targets.

    Args:
        confusion: (classes, classes) confusion matrix: total weight of the samples per actual class (row of the matrix)
            and predicted class (column); None for multi-label targets.
        precision: (classes,) fraction of the rows predicted as a class that belong to this class; 0 for a class that is
            never predicted.
        recall: (classes,) fraction of the rows of a class that are predicted as this class; 0 for a class without rows.
        f1: (classes,) 2 * precision * recall / (precision + recall); 0 if both are 0.
        support: (classes,) weight of the rows of each class.
    """

    confusion: Array | None
    precision: Array
    recall: Array
    f1: Array
    support: Array


@dataclass(frozen=True)
class ConfusionMatrix(KeptRows):
    """Accumulate the actual class, the predicted class and the weight of every row."""

    target_kind = "classes"

    def columns(self, prediction: Array, targets: Array, weights: Array | None) -> Array:
        """Return the actual class, the predicted class and the weight of every row: (n, 3)."""
        weight = weight_of_rows(weights, len(prediction))
        return np.column_stack((class_numbers(targets), classes_of(prediction), weight))

    def report(self, state: Array, classes: int) -> ClassificationReport:
        """Return the confusion matrix and the scores of every class."""
        actual, predicted, weight = state[1:].reshape(-1, 3).T
        cells = actual.astype(np.int64) * classes + predicted.astype(np.int64)
        confusion = np.bincount(cells, weight, classes * classes).reshape(classes, classes)
        return _report(confusion, confusion.diagonal(), confusion.sum(axis=0), confusion.sum(axis=1))


@dataclass(frozen=True)
class LabelCounts(Metric):
    """Count the true positives, the predicted positives and the actual positives of every label."""

    target_kind = "multi_label"

    def measure(self, prediction: Array, targets: Array, weights: Array | None) -> Array:
        """Return the counts (true, predicted, actual) of all labels: (3 * labels,)."""
        return label_counts(prediction, targets, weights)

    def report(self, state: Array, labels: int) -> ClassificationReport:
        """Return the scores of every label."""
        return _report(None, *state.reshape(3, labels))


def _report(confusion: Array | None, true: Array, predicted: Array, actual: Array) -> ClassificationReport:
    precision, recall = safe_ratio(true, predicted), safe_ratio(true, actual)
    return ClassificationReport(confusion, precision, recall, safe_ratio(2 * true, predicted + actual), actual)
