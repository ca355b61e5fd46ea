"""Huber loss."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

import numpy as np
from annotated_types import Gt

from nncli.core.types import Array
from nncli.nn.loss import loss
from nncli.nn.losses.elementwise import ElementwiseLoss


@loss("huber")
@dataclass(frozen=True)
class Huber(ElementwiseLoss):
    """Huber loss: squared error for small differences, absolute error for large ones; less sensitive to outliers.

    With d_j = x_j - y_j:
        l = 1/units * sum_j (d_j^2 / 2 if |d_j| <= delta, else delta * (|d_j| - delta / 2))
        dl/dx_j = 1/units * max(-delta, min(d_j, delta))

    The loss is the mean over rows and units, like PyTorch's huber_loss and Keras's Huber. PyTorch's smooth_l1_loss is
    this loss divided by delta.

    Shape: output x (n, *), targets y (n, *)

    Args:
        delta: difference above which the loss is linear; above 0. With scale_targets, delta is in scaled units.
    Reference: Huber, The Annals of Mathematical Statistics 35 (1964), 73-101.
    """

    delta: Annotated[float, Gt(0)] = 1.0

    def elements(self, x: Array, y: Array) -> Array:
        """Return both cases in one formula: c * (|d| - c / 2) with c = min(|d|, delta)."""
        size = np.abs(x - y)
        near = np.minimum(size, self.delta)
        return near * (size - near / 2)

    def slopes(self, x: Array, y: Array) -> Array:
        """Return the difference, clipped to [-delta, delta]."""
        difference = x - y
        return np.clip(difference, -self.delta, self.delta, out=difference)

    def best_constant(self, y: Array, weight: Array) -> float:
        """Return the root of the total slope, which is piecewise linear with knots at y - delta and y + delta."""
        knots = np.concatenate((y - self.delta, y + self.delta))
        order = np.argsort(knots)
        knots, steeper = knots[order], np.concatenate((weight, -weight))[order]
        slope = np.cumsum(np.cumsum(steeper)[:-1] * np.diff(knots), dtype=np.float64)
        slope = np.append(0, slope) - self.delta * weight.sum()  # total slope at every knot
        return float(np.interp(0, slope, knots))
