"""Log loss."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from nncli.core.types import Array
from nncli.nn.metric import class_numbers, metric
from nncli.nn.metrics.bases.row_mean import RowMean


@metric("log_loss")
@dataclass(frozen=True)
class LogLoss(RowMean):
    """Log loss: mean negative log-likelihood of the true class, in nats.

    -sum(w * log(q)) / sum(w), where q is the predicted probability of the true class

    As in scikit-learn, q is clipped to [epsilon, 1 - epsilon] with the machine epsilon of the predictions' dtype:
    1.2e-7 for float32, 2.2e-16 for float64. So a row adds at most 15.9 or 36.0, respectively. Predictions are not
    normalized to sum to 1. Sums are in float64.

    Shape: predictions (n, classes), or (n, 1) for two classes; targets (n,) class numbers
    """

    target_kind = "classes"

    def of_rows(self, prediction: Array, targets: Array) -> Array:
        """Return -log of the probability of every row's true class."""
        actual, epsilon = class_numbers(targets), float(np.finfo(prediction.dtype).eps)
        if prediction.shape[1] == 1:
            second = prediction[:, 0].astype(np.float64)
            q = np.where(actual == 1, second, 1 - second)  # (n,)
        else:
            q = np.take_along_axis(prediction, actual[:, None], axis=1)[:, 0].astype(np.float64)
        return -np.log(np.clip(q, epsilon, 1 - epsilon))
