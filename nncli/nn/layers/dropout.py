"""Dropout."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

import numpy as np
from annotated_types import Interval

from nncli.core.types import Array
from nncli.nn.layer import Backward, Context, Layer, Tree, layer

LEVELS = 1 << 16  # number of values of a random 16-bit integer


@layer("dropout")
@dataclass(frozen=True)
class Dropout(Layer):
    """Zero a random fraction of the inputs during training; identity at inference.

    y = x * m / (1 - rate), m ~ Bernoulli(1 - rate) per element, so that E[y] = x.

    Shape: (*) -> (*)

    Args:
        rate: probability of zeroing an element, in [0, 1); rounded to a multiple of 2^-16.
    Reference: Srivastava et al., JMLR 15 (2014), 1929-1958.
    """

    rate: Annotated[float, Interval(ge=0, lt=1)] = 0.5

    def forward(self, p: Tree, x: Array, ctx: Context) -> tuple[Array, Backward]:
        """Zero some inputs and scale the others up."""
        if not ctx.training:
            return x, lambda dy, g: dy
        dropped = min(round(self.rate * LEVELS), LEVELS - 1)  # elements with a smaller random integer are zeroed
        mask = (ctx.random_bits(x.shape, np.uint16) >= np.uint16(dropped)) / x.dtype.type(1 - dropped / LEVELS)
        return x * mask, lambda dy, g: np.multiply(dy, mask, out=dy)
