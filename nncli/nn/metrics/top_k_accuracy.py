"""Top-k accuracy."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

import numpy as np
from annotated_types import Ge

from nncli.core.types import Array
from nncli.nn.loss import classes_of
from nncli.nn.metric import class_numbers, metric
from nncli.nn.metrics.bases.row_mean import RowMean


@metric("top_k_accuracy")
@dataclass(frozen=True)
class TopKAccuracy(RowMean):
    """Top-k accuracy: fraction of rows whose true class is among the k most likely classes, in [0, 1].

    sum(w * [rank of the true class <= k]) / sum(w)

    As in scikit-learn, ties are broken in favor of later classes. For two classes and k = 1 it is the accuracy, which
    breaks ties in favor of the first class. The result is 1 if k is at least the number of classes.

    Shape: predictions (n, classes), or (n, 1) for two classes; targets (n,) class numbers

    Args:
        k: number of most likely classes, at least 1.
    """

    target_kind = "classes"
    higher_is_better = True

    k: Annotated[int, Ge(1)] = 5

    def of_rows(self, prediction: Array, targets: Array) -> Array:
        """Return 1 for every row whose true class is among the k most likely ones, else 0."""
        actual = class_numbers(targets)
        if prediction.shape[1] <= 2:
            correct = classes_of(prediction) == actual if self.k == 1 else np.ones(len(actual), bool)
            return correct.astype(np.float64)
        numbers = np.arange(prediction.shape[1])
        own = np.take_along_axis(prediction, actual[:, None], axis=1)  # (n, 1)
        before = ~(prediction <= own) | ((prediction == own) & (numbers > actual[:, None]))  # NaN ranks first
        return (before.sum(axis=1) < self.k).astype(np.float64)
