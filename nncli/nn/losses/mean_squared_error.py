"""Mean squared error."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from nncli.core.types import Array
from nncli.nn.loss import Loss, LossBackward, loss, weighted_sum


@loss("mean_squared_error", "mse")
@dataclass(frozen=True)
class MeanSquaredError(Loss):
    """Mean squared error: mean of the squared difference.

    l = 1/units * sum_j (x_j - y_j)^2,  dl/dx_j = 2/units * (x_j - y_j)

    The mean is over rows and units. The best constant prediction is the mean of the targets.

    Shape: output x (n, *), targets y (n, *)
    """

    def forward(self, output: Array, targets: Array, weights: Array | None) -> tuple[Array, float, LossBackward]:
        """Return (predictions, sum of the losses, backward)."""
        n, units = len(output), math.prod(output.shape[1:])
        difference = output - targets
        if weights is None:
            total = float(np.vdot(difference, difference)) / units
            return output, total, lambda scale: difference * (2 * scale / units)
        flat = difference.reshape(n, units)
        total = weighted_sum((flat * flat).sum(axis=1), weights) / units

        def backward(scale: float) -> Array:
            return (flat * (weights * (2 * scale / units))[:, None]).reshape(difference.shape)

        return output, total, backward

    def baseline(self, targets: Array, weights: Array | None = None) -> float:
        """Return the variance of the targets."""
        exact = targets.astype(np.float64)
        mean = np.average(exact, axis=0, weights=weights)
        return float(np.average((exact - mean) ** 2, axis=0, weights=weights).mean())
