"""Base class of metrics that rank rows by score."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from nncli.core.types import Array
from nncli.nn.metric import class_numbers, is_multi_label, weight_of_rows
from nncli.nn.metrics.bases.kept_rows import KeptRows

MULTI_LABEL = -1  # value in the column of classes that marks multi-label targets


@dataclass(frozen=True)
class Ranking(KeptRows):
    """The base of metrics that evaluate the scores of a class at every threshold.

    For two classes, the score is the probability of the second class. With more classes, each class is scored
    one-versus-rest; with multi-label targets, each label is scored by its own probability. The results are averaged:
        macro     the mean over the classes
        weighted  the mean over the classes, weighted by the rows of each class; classes without rows are left out

    If a probability is NaN, the result is NaN.
    """

    target_kind = "classes"
    supports_multi_label = True
    higher_is_better = True

    average: Literal["macro", "weighted"] = "macro"

    def of_class(self, true: Array, false: Array) -> float:
        """Return the metric of one class.

        Args:
            true: total weight of the rows of the class with scores at or above each threshold, from the highest
                threshold to the lowest.
            false: the same for the rows of other classes.
        """
        raise NotImplementedError

    def columns(self, prediction: Array, targets: Array, weights: Array | None) -> Array:
        """Return the scores, the class and the weight of every row: (n, scores + 2).

        For multi-label targets: the scores, the labels, MULTI_LABEL and the weight, (n, 2 * labels + 2).
        """
        weight = weight_of_rows(weights, len(prediction))
        if is_multi_label(targets):
            return np.column_stack((prediction, targets, np.full(len(weight), MULTI_LABEL), weight)).astype(np.float64)
        scores = prediction[:, -1:] if prediction.shape[1] <= 2 else prediction
        return np.column_stack((scores, class_numbers(targets), weight)).astype(np.float64, copy=False)

    def of_all(self, rows: Array) -> float:
        """Return the metric of the second of two classes, or the average over classes or labels."""
        scores, actual, weight = rows[:, :-2], rows[:, -2], rows[:, -1]
        if np.isnan(scores).any():
            return float("nan")
        if actual[0] == MULTI_LABEL:
            scores, labels = np.split(scores, 2, axis=1)
            positive, total = labels.T == 1, np.dot(weight, labels)
        elif scores.shape[1] == 1:
            return self.of_class(*_above_thresholds(scores[:, 0], actual == 1, weight))
        else:
            positive = np.arange(scores.shape[1])[:, None] == actual  # (classes, n)
            total = np.bincount(actual.astype(np.intp), weight, len(positive))
        each = [self.of_class(*_above_thresholds(*pair, weight)) for pair in zip(scores.T, positive, strict=True)]
        if self.average == "macro":
            return float(np.mean(each))
        return float(np.average(np.where(total > 0, each, 0), weights=total)) if total.any() else 0.0


def _above_thresholds(scores: Array, positive: Array, weight: Array) -> tuple[Array, Array]:
    """Return the weight of positive and of other rows at or above each distinct score, in descending order."""
    order = np.argsort(-scores, kind="stable")
    descending, weight, positive = scores[order], weight[order], positive[order]
    # index of the last row in every run of equal scores
    last = np.append(np.flatnonzero(descending[1:] != descending[:-1]), len(descending) - 1)
    return np.cumsum(weight * positive)[last], np.cumsum(weight * ~positive)[last]
