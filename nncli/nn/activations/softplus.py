"""Softplus."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from nncli.core.types import Array
from nncli.nn.activation import Activation, activation
from nncli.nn.layer import Backward, Context, Tree


def log_of_one_plus(e: Array) -> Array:
    """Return log(1 + e) for e in [0, 1], accurate for small e and several times as fast as NumPy's log1p.

    With u = 1 + e after rounding, log(1 + e) = log(u) + (e - (u - 1)) / u; the error is about the square of the
    rounding error.
    """
    u = 1 + e
    lost = u - 1
    np.subtract(e, lost, out=lost)
    lost /= u
    np.log(u, out=u)
    u += lost
    return u


@activation("softplus")
@dataclass(frozen=True)
class Softplus(Activation):
    """Softplus, a smooth approximation of relu: y = log(1 + exp(x)).

    dy/dx = 1 / (1 + exp(-x))

    Softplus is computed as max(x, 0) + log(1 + exp(-|x|)). It equals PyTorch's Softplus with beta = 1, but without the
    threshold above which PyTorch returns x.

    Shape: (*) -> (*), outputs above 0
    Reference: Dugas et al., NeurIPS 2000.
    """

    output_range = (0.0, math.inf)

    def forward(self, p: Tree, x: Array, ctx: Context) -> tuple[Array, Backward]:
        """Apply softplus."""
        e = np.abs(x)
        np.negative(e, out=e)
        np.exp(e, out=e)
        y = log_of_one_plus(e)
        y += np.maximum(x, 0)

        def backward(dy: Array, g: Tree) -> Array:
            dy *= np.maximum(e, x >= 0)
            dy /= 1 + e
            return dy

        return y, backward
