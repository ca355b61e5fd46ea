"""The quantile loss."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

import numpy as np
from annotated_types import Interval

from nncli.core.types import Array
from nncli.nn.loss import loss
from nncli.nn.losses.elementwise import ElementwiseLoss
from nncli.nn.weighted_quantile import weighted_quantile


@loss("quantile", "pinball")
@dataclass(frozen=True)
class Quantile(ElementwiseLoss):
    """Pinball loss, which is minimised by a quantile of the target: with 0.9, 9 of 10 targets lie below it.

    l = 1/units sum_j max(quantile (y_j - x_j), (1 - quantile) (x_j - y_j))
    dl/dx_j = 1/units (1 - quantile where x_j > y_j, -quantile where x_j < y_j, 0 where they are equal)

    With 0.5, the median, it is half of mean_absolute_error. It is the plain mean over rows and units; every unit learns
    the same quantile of its own target.

    Shape: output (n, *) and targets (n, *) alike.

    Args:
        quantile: the share of the targets that is to lie below the prediction, between 0 and 1.

    Reference: Koenker and Bassett, Econometrica 46 (1978), 33-50.
    """

    quantile: Annotated[float, Interval(gt=0, lt=1)] = 0.5

    def elements(self, x: Array, y: Array) -> Array:
        """The larger of two lines through 0."""
        difference = x - y
        return np.maximum((1 - self.quantile) * difference, -self.quantile * difference)

    def slopes(self, x: Array, y: Array) -> Array:
        """1 - quantile above the target, -quantile below it."""
        side = np.sign(x - y)
        return side * np.where(side > 0, x.dtype.type(1 - self.quantile), x.dtype.type(self.quantile))

    def best_constant(self, y: Array, weight: Array) -> float:
        """The quantile."""
        return weighted_quantile(y, weight, self.quantile)
