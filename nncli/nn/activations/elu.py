"""Exponential linear unit."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Annotated

import numpy as np
from annotated_types import Ge

from nncli.core.types import Array
from nncli.nn.activation import Activation, activation
from nncli.nn.layer import Backward, Context, Tree


def exponential_linear(x: Array, above: float, below: float) -> tuple[Array, Backward]:
    """Return above * x for x > 0 and below * (exp(x) - 1) otherwise, with its backward function.

    exp(x) - 1 = 2 * t / (1 - t) with t = tanh(x / 2), which is accurate near zero and several times as fast as expm1.
    """
    t = np.minimum(x, 0)
    t *= 0.5
    np.tanh(t, out=t)
    y = t * (2 * below)
    np.subtract(1, t, out=t)
    y /= t  # now y is the output for x <= 0, and 0 elsewhere
    positive = np.maximum(x, 0, out=t)
    positive *= above
    y += positive

    def backward(dy: Array, g: Tree) -> Array:
        slope = np.minimum(y, 0)
        slope += below  # below * exp(x) for x <= 0, `below` for x > 0
        if above != below:
            slope += np.multiply(y > 0, above - below, dtype=y.dtype)
        dy *= slope
        return dy

    return y, backward


@activation("elu")
@dataclass(frozen=True)
class ELU(Activation):
    """Exponential linear unit: y = x for x > 0, otherwise alpha * (exp(x) - 1).

    dy/dx = 1 for x > 0, otherwise y + alpha, also at 0.

    Shape: (*) -> (*), outputs above -alpha

    Args:
        alpha: scale of the negative outputs, at least 0; all outputs are above -alpha. PyTorch and Keras have the same
            default and allow any number.
    Reference: Clevert, Unterthiner and Hochreiter, ICLR 2016.
    """

    alpha: Annotated[float, Ge(0)] = 1.0

    @property
    def output_range(self) -> tuple[float, float]:
        """Bounds of the outputs: -alpha and infinity."""
        return -self.alpha, math.inf

    def forward(self, p: Tree, x: Array, ctx: Context) -> tuple[Array, Backward]:
        """Apply ELU."""
        return exponential_linear(x, 1.0, self.alpha)
