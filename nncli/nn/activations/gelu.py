"""Gaussian error linear unit."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

import numpy as np

from nncli.core.normal_distribution import upper_tail
from nncli.core.types import Array
from nncli.nn.activation import Activation, activation
from nncli.nn.activations.sigmoid import sigmoid
from nncli.nn.layer import Backward, Context, Tree

FAR = 40  # for larger |x|, y is x or 0 even in float64, and x^3 might overflow
CUBIC = 0.044715
STEEPNESS = 2 * math.sqrt(2 / math.pi)
DENSITY = 1 / math.sqrt(2 * math.pi)  # standard normal density at 0


@activation("gelu")
@dataclass(frozen=True)
class GELU(Activation):
    """Gaussian error linear unit: y = x * Phi(x), where Phi is the standard normal distribution function.

    dy/dx = Phi(x) + x * exp(-x^2 / 2) / sqrt(2 * pi)

    With approximate: tanh, y = x * (1 + tanh(z)) / 2 with z = sqrt(2 / pi) * (x + 0.044715 * x^3), and
    dy/dx = (1 + tanh(z)) / 2 + x * (1 - tanh(z)^2) / 2 * dz/dx. This approximation differs by up to 0.0005
    and is faster.

    Shape: (*) -> (*), outputs at least -0.17 (at x = -0.75); with approximate: tanh, at least -0.1701

    Args:
        approximate: none (the exact function, the default in PyTorch and Keras) or tanh (the approximation).
    Reference: Hendrycks and Gimpel, arXiv:1606.08415 (2016).
    """

    output_range = (-0.1701, math.inf)

    approximate: Literal["none", "tanh"] = "none"

    def forward(self, p: Tree, x: Array, ctx: Context) -> tuple[Array, Backward]:
        """Apply GELU."""
        y, slope = _approximate(x) if self.approximate == "tanh" else _exact(x)
        return y, lambda dy, g: np.multiply(dy, slope, out=dy)  # only the slope is saved


def _exact(x: Array) -> tuple[Array, Array]:
    """Return (y, dy/dx) with x * Phi(x) = max(x, 0) - |x| * Phi(-|x|)."""
    missing = np.abs(x)
    above, slope = upper_tail(missing)
    missing *= above
    y = np.maximum(x, 0)
    y -= missing
    slope *= x
    slope *= DENSITY
    slope += np.abs((x > 0) - above)  # adds Phi(x)
    return y, slope


def _approximate(x: Array) -> tuple[Array, Array]:
    """Return (y, dy/dx) with y = x * s, s = sigmoid(2 * z), dy/dx = s + x * s * (1 - s) * 2 * dz/dx."""
    near = np.clip(x, -FAR, FAR)
    square = near * near
    z = square * (STEEPNESS * CUBIC)
    z += STEEPNESS
    z *= near  # now 2 * z of the formula
    s = sigmoid(z)
    y = x * s
    square *= 3 * STEEPNESS * CUBIC
    square += STEEPNESS
    square *= near
    square *= s
    slope = 1 - s
    slope *= square
    slope += s
    return y, slope
