"""Metrics of how well scores put the rows of a class before the others."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from nncli.core.types import Array
from nncli.nn.kept_rows import KeptRows
from nncli.nn.metric import class_numbers, weight_of_rows


@dataclass(frozen=True)
class Ranking(KeptRows):
    """The base of metrics that cut the scores of a class at every threshold.

    Of two classes it is the second one that is looked for, by its probability. Of more classes each is looked for among
    the rest, by its own, and the results are averaged:
        macro     the mean over the classes
        weighted  the mean over the classes, each with the weight of its rows; classes without any are left out

    A probability that is not a number makes the result nan.
    """

    target_kind = "classes"
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
        """(n, scores + 2): the scores, the class, the weight."""
        scores = prediction[:, -1:] if prediction.shape[1] <= 2 else prediction
        weight = weight_of_rows(weights, len(scores))
        return np.column_stack((scores, class_numbers(targets), weight)).astype(np.float64, copy=False)

    def of_all(self, rows: Array) -> float:
        """The metric of the second class, or the average."""
        scores, actual, weight = rows[:, :-2], rows[:, -2], rows[:, -1]
        if np.isnan(scores).any():
            return float("nan")
        if scores.shape[1] == 1:
            return self.of_class(*_above_thresholds(scores[:, 0], actual == 1, weight))
        each = [
            self.of_class(*_above_thresholds(scores[:, number], actual == number, weight))
            for number in range(scores.shape[1])
        ]
        if self.average == "macro":
            return float(np.mean(each))
        total = np.bincount(actual.astype(np.intp), weight, len(each))
        return float(np.average(np.where(total > 0, each, 0), weights=total)) if total.any() else 0.0


def _above_thresholds(scores: Array, positive: Array, weight: Array) -> tuple[Array, Array]:
    """The weight of the positive and of the other rows at or above each score that there is, from the highest down."""
    order = np.argsort(-scores, kind="stable")
    falling, weight, positive = scores[order], weight[order], positive[order]
    last = np.append(np.flatnonzero(falling[1:] != falling[:-1]), len(falling) - 1)  # of every run of equal scores
    return np.cumsum(weight * positive)[last], np.cumsum(weight * ~positive)[last]
