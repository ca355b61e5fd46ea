"""Mish."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from nncli.core.types import Array
from nncli.nn.activation import Activation, activation
from nncli.nn.layer import Backward, Context, Tree


@activation("mish")
@dataclass(frozen=True)
class Mish(Activation):
    """Mish: y = x * t with t = tanh(log(1 + exp(x))) = tanh(softplus(x)).

    dy/dx = t + x * (1 - t^2) * s with s = 1 / (1 + exp(-x))

    Mish is computed without logarithm and tanh. Let exp(x) = u / v, where the larger of u and v is 1, and
    n = u * (u + 2 * v). Then t = n / (n + 2 * v^2), 1 - t = 2 * v^2 / (n + 2 * v^2) and s = u / (u + v).

    Shape: (*) -> (*), outputs at least -0.3089 (at x = -1.1924)
    Reference: Misra, BMVC 2020.
    """

    output_range = (-0.3089, math.inf)

    def forward(self, p: Tree, x: Array, ctx: Context) -> tuple[Array, Backward]:
        """Apply Mish."""
        e = np.abs(x)
        np.negative(e, out=e)
        np.exp(e, out=e)
        u, v = np.maximum(e, x >= 0), np.maximum(e, x < 0)
        t = v + v
        t += u
        t *= u  # now t is n
        slope = v * v
        slope *= 2
        total = t + slope
        t /= total
        slope /= total  # now slope is 1 - t
        slope *= t + 1
        slope *= u
        v += u
        slope /= v
        slope *= x
        slope += t
        return x * t, lambda dy, g: np.multiply(dy, slope, out=dy)  # only the slope is saved
