"""Scaled exponential linear unit."""

from __future__ import annotations

import math
from dataclasses import dataclass

from nncli.core.types import Array
from nncli.nn.activation import Activation, activation
from nncli.nn.activations.elu import exponential_linear
from nncli.nn.layer import Backward, Context, Tree

SCALE = 1.0507009873554804934193349852946  # lambda
ALPHA = 1.6732632423543772848170429916717


@activation("selu")
@dataclass(frozen=True)
class SELU(Activation):
    """Scaled exponential linear unit: y = lambda * x for x > 0, otherwise lambda * alpha * (exp(x) - 1).

    dy/dx = lambda for x > 0, otherwise y + lambda * alpha, also at 0; lambda = 1.0507009873554805 and
    alpha = 1.6732632423543772. SELU keeps mean 0 and variance 1 through dense layers whose initial weights have the
    variance 1 / fan_in.

    Shape: (*) -> (*), outputs above -lambda * alpha = -1.7581
    Reference: Klambauer, Unterthiner, Mayr and Hochreiter, NeurIPS 2017.
    """

    output_range = (-1.7581, math.inf)

    def forward(self, p: Tree, x: Array, ctx: Context) -> tuple[Array, Backward]:
        """Apply SELU."""
        return exponential_linear(x, SCALE, SCALE * ALPHA)
