"""Mean absolute error."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from nncli.core.types import Array
from nncli.nn.loss import loss
from nncli.nn.losses.elementwise import ElementwiseLoss
from nncli.nn.weighted_quantile import weighted_quantile


@loss("mean_absolute_error", "mae")
@dataclass(frozen=True)
class MeanAbsoluteError(ElementwiseLoss):
    """Mean over rows and units of the absolute difference; less sensitive to outliers than the squared error.

    l = 1/units sum_j |x_j - y_j|,  dl/dx_j = 1/units sign(x_j - y_j)

    The best constant prediction is the median of the targets.

    Shape: output (n, *) and targets (n, *) alike.
    """

    def elements(self, x: Array, y: Array) -> Array:
        """|x - y|."""
        return np.abs(x - y)

    def slopes(self, x: Array, y: Array) -> Array:
        """-1, 0 or 1."""
        return np.sign(x - y)

    def best_constant(self, y: Array, weight: Array) -> float:
        """The median."""
        return weighted_quantile(y, weight, 0.5)
