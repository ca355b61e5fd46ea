"""The base class of elementwise losses."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from nncli.core.types import Array
from nncli.nn.loss import Loss, LossBackward, mean_over_units, per_row


@dataclass(frozen=True)
class ElementwiseLoss(Loss):
    """The base of elementwise losses: the mean over the units of a function f of output and target.

    l = 1/units * sum_j f(x_j, y_j),  dl/dx_j = 1/units * df/dx(x_j, y_j)

    A subclass defines `elements`, `slopes`, and either `best_constant` or `baseline`.
    """

    def elements(self, x: Array, y: Array) -> Array:
        """Return f(x, y) for every element.

        Args:
            x: (n, *) output of the model.
            y: (n, *) targets.
        """
        raise NotImplementedError

    def slopes(self, x: Array, y: Array) -> Array:
        """Return df/dx for every element, in a new array."""
        raise NotImplementedError

    def best_constant(self, y: Array, weight: Array) -> float:
        """Return the x that minimizes the sum over the rows of weight * f(x, y).

        Args:
            y: (n,) targets of one unit, in float64.
            weight: (n,) weights of the rows, in float64.
        """
        raise NotImplementedError

    def forward(self, output: Array, targets: Array, weights: Array | None) -> tuple[Array, float, LossBackward]:
        """Return (predictions, sum of the losses, backward); the loss of a row is the mean over its units."""
        units = math.prod(output.shape[1:])

        def backward(scale: float) -> Array:
            slopes = self.slopes(output, targets)
            slopes *= per_row(scale / units, weights, output.ndim)
            return slopes

        return self.predict(output), mean_over_units(self.elements(output, targets), weights), backward

    def baseline(self, targets: Array, weights: Array | None = None) -> float:
        """Return the mean loss if every unit predicts its best constant."""
        y = targets.reshape(len(targets), -1).astype(np.float64)
        weight = np.ones(len(y)) if weights is None else weights.astype(np.float64)
        x = np.empty_like(y)
        x[:] = [self.best_constant(column, weight) for column in y.T]
        return mean_over_units(self.elements(x, y), weight) / float(weight.sum())
