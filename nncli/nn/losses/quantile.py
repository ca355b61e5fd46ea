"""Quantile loss."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

import numpy as np
from annotated_types import Interval

from nncli.core.types import Array
from nncli.nn.loss import loss
from nncli.nn.losses.elementwise import ElementwiseLoss
from nncli.nn.losses.weighted_quantile import weighted_quantile


@loss("quantile", "pinball")
@dataclass(frozen=True)
class Quantile(ElementwiseLoss):
    """Quantile (pinball) loss, minimized by a quantile of the targets; 9 of 10 targets are below the 0.9 quantile.

    l = 1/units * sum_j max(quantile * (y_j - x_j), (1 - quantile) * (x_j - y_j))
    dl/dx_j = 1/units * (1 - quantile if x_j > y_j, -quantile if x_j < y_j, 0 if they are equal)

    The mean is over rows and units; every unit learns the same quantile of its own target. With quantile: 0.5, the
    median, the loss is half of mean_absolute_error.

    Shape: output x (n, *), targets y (n, *)

    Args:
        quantile: fraction of the targets that are below the prediction, above 0 and below 1.
    Reference: Koenker and Bassett, Econometrica 46 (1978), 33-50.
    """

    quantile: Annotated[float, Interval(gt=0, lt=1)] = 0.5

    def elements(self, x: Array, y: Array) -> Array:
        """Return the larger of (1 - quantile) * (x - y) and quantile * (y - x)."""
        difference = x - y
        return np.maximum((1 - self.quantile) * difference, -self.quantile * difference)

    def slopes(self, x: Array, y: Array) -> Array:
        """Return 1 - quantile above the target, -quantile below it, and 0 if they are equal."""
        side = np.sign(x - y)
        return side * np.where(side > 0, x.dtype.type(1 - self.quantile), x.dtype.type(self.quantile))

    def best_constant(self, y: Array, weight: Array) -> float:
        """Return the quantile of the targets."""
        return weighted_quantile(y, weight, self.quantile)
