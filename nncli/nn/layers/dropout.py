"""Dropout."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

import numpy as np
from annotated_types import Interval

from nncli.core.types import Array
from nncli.nn.layer import Backward, Context, Layer, Tree, layer

NUMBERS = 1 << 16


@layer("dropout")
@dataclass(frozen=True)
class Dropout(Layer):
    """Zero a random share of the inputs while training; do nothing otherwise.

    y = x * m / (1 - rate), m ~ Bernoulli(1 - rate) for each element, so that E[y] = x.

    Shape: (*) -> (*)

    Args:
        rate: share of elements set to zero, in [0, 1); rounded to a multiple of 2^-16 below 1.
    Reference: Srivastava et al., JMLR 15 (2014), 1929-1958.
    """

    rate: Annotated[float, Interval(ge=0, lt=1)] = 0.5

    def forward(self, p: Tree, x: Array, ctx: Context) -> tuple[Array, Backward]:
        """The inputs, some of them zeroed and the others scaled up."""
        if not ctx.training:
            return x, lambda dy, g: dy
        dropped = min(round(self.rate * NUMBERS), NUMBERS - 1)  # of all 16-bit numbers
        mask = (ctx.random_bits(x.shape, np.uint16) >= np.uint16(dropped)) / x.dtype.type(1 - dropped / NUMBERS)
        return x * mask, lambda dy, g: np.multiply(dy, mask, out=dy)
