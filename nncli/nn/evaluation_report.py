"""Evaluation reports: confusion matrix, scores per class or label, and quantiles of the residuals."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from nncli.core.types import Array
from nncli.nn.loss import classes_of
from nncli.nn.metric import Metric, class_numbers, differences, safe_ratio, weight_of_rows
from nncli.nn.metrics.bases.class_counts import label_counts
from nncli.nn.metrics.bases.kept_rows import KeptRows

QUANTILES = {"min": 0.0, "q05": 0.05, "q25": 0.25, "median": 0.5, "q75": 0.75, "q95": 0.95, "max": 1.0}


@dataclass(frozen=True)
class ClassReport:
    """Scores of every class, or of every label.

    Args:
        confusion: (classes, classes) confusion matrix: weight of the rows by actual class (down) and predicted class
            (across); None for multi-label targets.
        precision: (classes,) fraction of the rows predicted as a class that belong to it; 0 if there are none.
        recall: (classes,) fraction of the rows of a class that are predicted as it; 0 if there are none.
        f1: (classes,) 2 precision recall / (precision + recall); 0 if both are 0.
        support: (classes,) weight of the rows of each class.
    """

    confusion: Array | None
    precision: Array
    recall: Array
    f1: Array
    support: Array


@dataclass(frozen=True)
class Confusion(KeptRows):
    """Accumulate the actual class, the predicted class and the weight of every row."""

    target_kind = "classes"

    def columns(self, prediction: Array, targets: Array, weights: Array | None) -> Array:
        """Return actual class, predicted class and weight: (n, 3)."""
        weight = weight_of_rows(weights, len(prediction))
        return np.column_stack((class_numbers(targets), classes_of(prediction), weight))

    def report(self, state: Array, classes: int) -> ClassReport:
        """Return the scores of every class."""
        actual, predicted, weight = state[1:].reshape(-1, 3).T
        cells = actual.astype(np.int64) * classes + predicted.astype(np.int64)
        confusion = np.bincount(cells, weight, classes * classes).reshape(classes, classes)
        return _report(confusion, confusion.diagonal(), confusion.sum(axis=0), confusion.sum(axis=1))


@dataclass(frozen=True)
class Labels(Metric):
    """Count true positives, predicted and actual rows of every label."""

    target_kind = "multi_label"

    def measure(self, prediction: Array, targets: Array, weights: Array | None) -> Array:
        """Return (true, predicted, actual): (3 labels,)."""
        return label_counts(prediction, targets, weights)

    def report(self, state: Array, labels: int) -> ClassReport:
        """Return the scores of every label."""
        return _report(None, *state.reshape(3, labels))


def _report(confusion: Array | None, true: Array, predicted: Array, actual: Array) -> ClassReport:
    precision, recall = safe_ratio(true, predicted), safe_ratio(true, actual)
    return ClassReport(confusion, precision, recall, safe_ratio(2 * true, predicted + actual), actual)


@dataclass(frozen=True)
class Residuals(KeptRows):
    """Accumulate the residuals target - prediction of every row, in the target's unit."""

    def columns(self, prediction: Array, targets: Array, weights: Array | None) -> Array:
        """Return residuals and weight: (n, targets + 1)."""
        difference, weight = differences(prediction, targets, weights)
        return np.column_stack((-difference, weight))

    def report(self, state: Array) -> list[dict[str, float]]:
        """Return quantiles of the residuals of every target, interpolated linearly if all weights are equal."""
        rows = state[1:].reshape(-1, int(state[0]))
        rows = rows[rows[:, -1] > 0]
        residuals, weight = rows[:, :-1], rows[:, -1]
        equal_weights = bool((weight == weight[0]).all())
        shares = list(QUANTILES.values())
        reports = []
        for column in residuals.T:
            if equal_weights:
                found = np.quantile(column, shares)
            else:
                found = np.quantile(column, shares, weights=weight, method="inverted_cdf")
            reports.append(dict(zip(QUANTILES, found.tolist(), strict=True)))
        return reports
