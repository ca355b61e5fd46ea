"""Poisson loss."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from nncli.core.registry import LAYERS
from nncli.core.types import Array
from nncli.nn.loss import loss
from nncli.nn.losses.elementwise import ElementwiseLoss


@loss("poisson", "poisson_nll")
@dataclass(frozen=True)
class Poisson(ElementwiseLoss):
    """Poisson loss: negative log-likelihood of counts, such as visits per day; the model predicts the expected count.

    With log_input (the model ends without activation, and the prediction is the rate exp(x)):
        l = 1/units * sum_j (exp(x_j) - y_j * x_j),  dl/dx_j = 1/units * (exp(x_j) - y_j)
    Without log_input (the model ends in a non-negative activation and outputs the rate r, which is clipped to at least
    the machine epsilon of its dtype inside the logarithm):
        l = 1/units * sum_j (r_j - y_j * log(r_j)),  dl/dr_j = 1/units * (1 - y_j / r_j)

    The loss is the mean over rows and units, like PyTorch's poisson_nll_loss, whose epsilon without log_input is 1e-8.
    The constant term log(y!) of the Poisson distribution is left out, so the loss may be negative. Targets are at least
    0, not necessarily integers, and cannot be scaled.

    Shape: output x (n, *), targets y (n, *)

    Args:
        log_input: whether the model outputs the logarithm of the rate.
    """

    target_kind = "counts"

    log_input: bool = True

    def elements(self, x: Array, y: Array) -> Array:
        """Return rate - y * log(rate)."""
        return np.exp(x) - y * x if self.log_input else x - y * np.log(_clipped(x))

    def slopes(self, x: Array, y: Array) -> Array:
        """Return rate - y with log_input, otherwise 1 - y / rate."""
        return np.exp(x) - y if self.log_input else 1 - y / _clipped(x)

    def predict(self, output: Array) -> Array:
        """Return the rates."""
        return np.exp(output) if self.log_input else output

    def baseline(self, targets: Array, weights: Array | None = None) -> float:
        """Return the mean loss if every unit predicts the mean m of its targets: m - m * log(m), or 0 for m = 0."""
        mean = np.average(targets.reshape(len(targets), -1).astype(np.float64), axis=0, weights=weights)
        return float((mean - mean * np.log(np.where(mean > 0, mean, 1))).mean())

    def last_layer_problem(self, last: str, output_range: tuple[float, float] | None) -> str | None:
        """Refuse any final activation with log_input, and one with negative outputs without log_input."""
        name, positive = self.type_name, output_range is not None and output_range[0] >= 0
        if self.log_input and output_range is not None:
            advice = f"write {{type: {name}, log_input: false}}, or drop {last}" if positive else "drop it"
            return f"{name} interprets the outputs as logarithms of the rate, but the model ends in {last}; {advice}"
        if self.log_input or positive:
            return None
        known = " or ".join(cls.type_name for cls in LAYERS if cls.output_range == (0, math.inf))
        wants = f"{name} with log_input: false wants rates, which are never negative"
        return f"{wants}, but the model ends in {last}; end it in {known}, or drop log_input"


def _clipped(x: Array) -> Array:
    """Return the rates, clipped so that their logarithm is finite."""
    return np.maximum(x, np.finfo(x.dtype).eps)
