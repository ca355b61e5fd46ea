"""Mean absolute error."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from nncli.core.types import Array
from nncli.nn.loss import loss
from nncli.nn.losses.elementwise import ElementwiseLoss
from nncli.nn.losses.weighted_quantile import weighted_quantile


@loss("mean_absolute_error", "mae")
@dataclass(frozen=True)
class MeanAbsoluteError(ElementwiseLoss):
    """Mean absolute error: mean of the absolute difference; less sensitive to outliers than the squared error.

    l = 1/units * sum_j |x_j - y_j|,  dl/dx_j = 1/units * sign(x_j - y_j)

    The mean is over rows and units. The best constant prediction is the median of the targets.

    Shape: output x (n, *), targets y (n, *)
    """

    def elements(self, x: Array, y: Array) -> Array:
        """Return |x - y|."""
        return np.abs(x - y)

    def slopes(self, x: Array, y: Array) -> Array:
        """Return the sign of x - y: -1, 0 or 1."""
        return np.sign(x - y)

    def best_constant(self, y: Array, weight: Array) -> float:
        """Return the median."""
        return weighted_quantile(y, weight, 0.5)
