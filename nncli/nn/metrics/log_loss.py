"""Logarithmic loss."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from nncli.core.types import Array
from nncli.nn.metric import class_numbers, metric
from nncli.nn.metrics.bases.row_mean import RowMean


@metric("log_loss")
@dataclass(frozen=True)
class LogLoss(RowMean):
    """The mean surprise at the right class, in nats.

    -sum of w log(q) / sum of w, where q is the probability of the row's class

    As in scikit-learn, q is kept at least epsilon away from 0 and 1, where epsilon is that of the predictions' dtype:
    1.2e-7 for float32, 2.2e-16 for float64; so it is finite, at most 15.9 or 36.0 a row. Rows are not scaled to sum to
    one. The sums are taken in float64.
    """

    target_kind = "classes"

    def of_rows(self, prediction: Array, targets: Array) -> Array:
        """-log of the probability of the row's class."""
        actual, epsilon = class_numbers(targets), float(np.finfo(prediction.dtype).eps)
        if prediction.shape[1] == 1:
            second = prediction[:, 0].astype(np.float64)
            q = np.where(actual == 1, second, 1 - second)  # (n,)
        else:
            q = np.take_along_axis(prediction, actual[:, None], axis=1)[:, 0].astype(np.float64)
        return -np.log(np.clip(q, epsilon, 1 - epsilon))
