"""What is told of predictions beside metrics: which classes are taken for which, and how the residuals lie."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from nncli.core.types import Array
from nncli.nn.loss import classes_of
from nncli.nn.metric import Metric, class_numbers, differences, share, weight_of_rows
from nncli.nn.metrics.bases.class_counts import label_counts
from nncli.nn.metrics.bases.kept_rows import KeptRows

QUANTILES = {"min": 0.0, "q05": 0.05, "q25": 0.25, "median": 0.5, "q75": 0.75, "q95": 0.95, "max": 1.0}


@dataclass(frozen=True)
class ClassReport:
    """How well every class is found, or every one of several labels.

    Args:
        confusion: (classes, classes) the weight of the rows of each class (down) by the class predicted (across); None
            of several labels a row.
        precision: (classes,) the share of the rows predicted as a class that are of it; 0 where there are none.
        recall: (classes,) the share of the rows of a class that are predicted as it; 0 where there are none.
        f1: (classes,) 2 precision recall / (precision + recall); 0 where both are.
        support: (classes,) the weight of the rows of each class.
    """

    confusion: Array | None
    precision: Array
    recall: Array
    f1: Array
    support: Array


@dataclass(frozen=True)
class Confusion(KeptRows):
    """The class, the class predicted and the weight of every row."""

    target_kind = "classes"

    def columns(self, prediction: Array, targets: Array, weights: Array | None) -> Array:
        """(n, 3): the actual class, the predicted one, the weight."""
        weight = weight_of_rows(weights, len(prediction))
        return np.column_stack((class_numbers(targets), classes_of(prediction), weight))

    def report(self, state: Array, classes: int) -> ClassReport:
        """The classes one by one."""
        actual, predicted, weight = state[1:].reshape(-1, 3).T
        cells = actual.astype(np.int64) * classes + predicted.astype(np.int64)
        confusion = np.bincount(cells, weight, classes * classes).reshape(classes, classes)
        return _report(confusion, confusion.diagonal(), confusion.sum(axis=0), confusion.sum(axis=1))


@dataclass(frozen=True)
class Labels(Metric):
    """How often every label is there, is predicted, and both."""

    target_kind = "labels"

    def measure(self, prediction: Array, targets: Array, weights: Array | None) -> Array:
        """(right, predicted, actual): 3 x labels numbers."""
        return label_counts(prediction, targets, weights)

    def report(self, state: Array, labels: int) -> ClassReport:
        """The labels one by one."""
        return _report(None, *state.reshape(3, labels))


def _report(confusion: Array | None, right: Array, found: Array, there: Array) -> ClassReport:
    return ClassReport(confusion, share(right, found), share(right, there), share(2 * right, found + there), there)


@dataclass(frozen=True)
class Residuals(KeptRows):
    """The residuals target - prediction of every row, in the target's unit."""

    def columns(self, prediction: Array, targets: Array, weights: Array | None) -> Array:
        """(n, targets + 1): the residuals and the weight."""
        difference, weight = differences(prediction, targets, weights)
        return np.column_stack((-difference, weight))

    def report(self, state: Array) -> list[dict[str, float]]:
        """The quantiles of the residuals of every target, interpolated linearly where all rows weigh the same."""
        rows = state[1:].reshape(-1, int(state[0]))
        rows = rows[rows[:, -1] > 0]
        residuals, weight = rows[:, :-1], rows[:, -1]
        alike = bool((weight == weight[0]).all())
        shares = list(QUANTILES.values())
        reports = []
        for column in residuals.T:
            if alike:
                found = np.quantile(column, shares)
            else:
                found = np.quantile(column, shares, weights=weight, method="inverted_cdf")
            reports.append(dict(zip(QUANTILES, found.tolist(), strict=True)))
        return reports
