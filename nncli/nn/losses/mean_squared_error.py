"""Mean squared error."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from nncli.core.types import Array, Shape
from nncli.nn.loss import Loss, LossBackward, loss, weighted_sum


@loss("mean_squared_error", "mse")
@dataclass(frozen=True)
class MeanSquaredError(Loss):
    """The plain mean over rows and units of the squared difference.

    l = 1/units sum_j (x_j - y_j)^2,  dl/dx_j = 2/units (x_j - y_j)

    Shape: output (n, *) and targets (n, *) alike.
    """

    def forward(self, output: Array, targets: Array, weights: Array | None) -> tuple[Array, float, LossBackward]:
        """From the differences."""
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

    def of_constant(self, targets: Array, weights: Array | None = None) -> float:
        """The variance of the targets."""
        exact = targets.astype(np.float64)
        mean = np.average(exact, axis=0, weights=weights)
        return float(np.average((exact - mean) ** 2, axis=0, weights=weights).mean())

    def output_fault(self, output_shape: Shape, target_shape: Shape, classes: int | None) -> str | None:
        """As many outputs as targets."""
        if math.prod(output_shape) == math.prod(target_shape) and len(output_shape) <= max(1, len(target_shape)):
            return None
        wanted = math.prod(target_shape)
        found = f"{wanted} target" if wanted == 1 else f"{wanted} targets"
        units = "1 unit" if output_shape == (1,) else f"{output_shape[0]} units"
        return f"{found}, {units if len(output_shape) == 1 else f'outputs of {output_shape}'}"
