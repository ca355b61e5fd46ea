"""Losses over numbers that are a sum over their entries."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from nncli.core.types import Array
from nncli.nn.loss import LossBackward, mean_over_units, per_row
from nncli.nn.number_loss import NumberLoss


@dataclass(frozen=True)
class EntryLoss(NumberLoss):
    """The base of losses over numbers that are the plain mean over the units of one function of output and target.

    l = 1/units sum_j f(x_j, y_j),  dl/dx_j = 1/units df/dx(x_j, y_j)

    A subclass brings `of_entries`, `slopes`, and `best_constant` or `of_constant` itself.
    """

    def of_entries(self, x: Array, y: Array) -> Array:
        """What every entry loses.

        Args:
            x: (n, *) what the model gives.
            y: (n, *) the targets.
        """
        raise NotImplementedError

    def slopes(self, x: Array, y: Array) -> Array:
        """The derivative by x of what every entry loses, in an array of its own."""
        raise NotImplementedError

    def best_constant(self, y: Array, weight: Array) -> float:
        """The x that makes the sum of weight * f(x, y) least.

        Args:
            y: (n,) the targets of one unit, in float64.
            weight: (n,) of the rows, in float64.
        """
        raise NotImplementedError

    def forward(self, output: Array, targets: Array, weights: Array | None) -> tuple[Array, float, LossBackward]:
        """From the entries."""
        units = math.prod(output.shape[1:])

        def backward(scale: float) -> Array:
            slopes = self.slopes(output, targets)
            slopes *= per_row(scale / units, weights, output.ndim)
            return slopes

        return self.predict(output), mean_over_units(self.of_entries(output, targets), weights), backward

    def of_constant(self, targets: Array, weights: Array | None = None) -> float:
        """The mean loss where every unit gives its best constant."""
        y = targets.reshape(len(targets), -1).astype(np.float64)
        weight = np.ones(len(y)) if weights is None else weights.astype(np.float64)
        x = np.empty_like(y)
        x[:] = [self.best_constant(column, weight) for column in y.T]
        return mean_over_units(self.of_entries(x, y), weight) / float(weight.sum())
