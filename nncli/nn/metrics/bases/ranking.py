"""Metrics of how well scores put the rows of a class before the others."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from nncli.core.types import Array
from nncli.nn.metric import class_numbers, several_labels, weight_of_rows
from nncli.nn.metrics.bases.kept_rows import KeptRows

LABELS = -1  # stands for the class where there are several labels


@dataclass(frozen=True)
class Ranking(KeptRows):
    """The base of metrics that cut the scores of a class at every threshold.

    Of two classes it is the second one that is looked for, by its probability. Of more classes each is looked for among
    the rest, by its own, and the results are averaged:
        macro     the mean over the classes
        weighted  the mean over the classes, each with the weight of its rows; classes without any are left out

    Of several labels a row each is looked for by its own probability, and averaged likewise.

    A probability that is not a number makes the result nan.
    """

    target_kind = "classes"
    measures_labels = True
    higher_is_better = True

    average: Literal["macro", "weighted"] = "macro"

    def of_class(self, right: Array, wrong: Array) -> float:
        """The metric of one class.

        Args:
            right: weight of the rows of the class at or above each threshold, from the highest threshold to the lowest.
            wrong: the same of all other rows.
        """
        raise NotImplementedError

    def columns(self, prediction: Array, targets: Array, weights: Array | None) -> Array:
        """(n, scores + 2): the scores, the class, the weight; of several labels scores, labels, LABELS, weight."""
        weight = weight_of_rows(weights, len(prediction))
        if several_labels(targets):
            return np.column_stack((prediction, targets, np.full(len(weight), LABELS), weight)).astype(np.float64)
        scores = prediction[:, -1:] if prediction.shape[1] <= 2 else prediction
        return np.column_stack((scores, class_numbers(targets), weight)).astype(np.float64, copy=False)

    def of_all(self, rows: Array) -> float:
        """The metric of the second class, or the average."""
        scores, actual, weight = rows[:, :-2], rows[:, -2], rows[:, -1]
        if np.isnan(scores).any():
            return float("nan")
        if actual[0] == LABELS:
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
    """The weight of the positive and of the other rows at or above each score that there is, from the highest down."""
    order = np.argsort(-scores, kind="stable")
    falling, weight, positive = scores[order], weight[order], positive[order]
    last = np.append(np.flatnonzero(falling[1:] != falling[:-1]), len(falling) - 1)  # of every run of equal scores
    return np.cumsum(weight * positive)[last], np.cumsum(weight * ~positive)[last]
