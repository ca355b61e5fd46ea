"""Metrics of the classes that are predicted: how often each is, how often it should be, how often both."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from nncli.core.errors import ShapeError
from nncli.core.types import Array
from nncli.nn.loss import classes_of, labels_of
from nncli.nn.metric import Metric, class_numbers, several_labels, share, weight_of_rows


@dataclass(frozen=True)
class ClassCounts(Metric):
    """The base of metrics that are a ratio of counts for each class, and an average over the classes.

    For class c, each row counting with its weight:
        right_c     rows of class c that are predicted as c (true positives)
        predicted_c rows that are predicted as c
        actual_c    rows of class c

    The averages, as in scikit-learn with zero_division=0:
        binary    the ratio of the second of two classes
        macro     the mean of the ratios of the classes that are present: in the targets or in the predictions of any
                  row, be it one without weight
        weighted  the mean of the ratios, each with the weight actual_c
        micro     the ratio of the counts summed over the classes

    Of several labels a row each is looked for by itself, so c are the labels and a row may be of several of them. It is
    predicted where its probability is above 0.5; macro is the mean over all labels.
    """

    target_kind = "classes"
    measures_labels = True
    higher_is_better = True

    average: Literal["binary", "macro", "weighted", "micro"] | None = None

    def ratio(self, right: Array, predicted: Array, actual: Array) -> Array:
        """The ratio of every class; 0 where it is 0 / 0."""
        raise NotImplementedError

    def measure(self, prediction: Array, targets: Array, weights: Array | None) -> Array:
        """(right, predicted, actual) of the classes, then how many rows each class appears in: 4 x classes numbers.

        Of several labels it is one number more, which tells them from classes.
        """
        if several_labels(targets):
            return np.append(label_counts(prediction, targets, weights), np.full(targets.shape[1] + 1, len(targets)))
        classes = max(2, prediction.shape[-1])
        if fault := self.classes_fault(classes):
            raise ShapeError(fault)
        chosen, actual = classes_of(prediction), class_numbers(targets)
        weight, right = weight_of_rows(weights, len(actual)), chosen == actual

        def count(numbers: Array, weight: Array | None) -> Array:
            return np.bincount(numbers, weight, classes)

        seen = count(chosen, None) + count(actual, None)
        counts = count(actual[right], weight[right]), count(chosen, weight), count(actual, weight), seen
        return np.concatenate(counts, dtype=np.float64)

    def finish(self, state: Array) -> float:
        """The average of the ratios."""
        right, predicted, actual, seen = state[: len(state) // 4 * 4].reshape(4, -1)
        average = self.average or ("binary" if len(state) == 8 else "macro")
        if average == "micro":
            return float(self.ratio(right.sum(), predicted.sum(), actual.sum()))
        ratios = self.ratio(right, predicted, actual)
        if average == "binary":
            return float(ratios[1])
        if average == "macro":
            return float(ratios[seen > 0].mean())
        return float(share(np.dot(ratios, actual), actual.sum()))

    def classes_fault(self, classes: int) -> str | None:
        """An average of one class where there are more than two."""
        if self.average != "binary" or classes <= 2:
            return None
        return f"average: binary is for 2 classes, and there are {classes}; write macro, weighted or micro"

    def labels_fault(self) -> str | None:
        """An average of one class where there are none."""
        if self.average != "binary":
            return None
        return "average: binary is for 2 classes, and there are several labels a row; write macro, weighted or micro"


def label_counts(prediction: Array, targets: Array, weights: Array | None) -> Array:
    """(right, predicted, actual) of several labels: 3 x labels numbers."""
    chosen, weight = labels_of(prediction), weight_of_rows(weights, len(targets))
    return np.concatenate([np.dot(weight, counted) for counted in (chosen * targets, chosen, targets)])
