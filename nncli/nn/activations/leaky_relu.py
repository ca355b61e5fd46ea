"""Leaky rectified linear unit."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

import numpy as np
from annotated_types import Interval

from nncli.core.types import Array
from nncli.nn.activation import Activation, activation
from nncli.nn.layer import Backward, Context, Tree


@activation("leaky_relu", "leakyrelu")
@dataclass(frozen=True)
class LeakyReLU(Activation):
    """Leaky rectified linear unit: y = max(x, slope * x).

    dy/dx = 1 for x > 0, otherwise slope, also at 0.

    Shape: (*) -> (*)

    Args:
        slope: slope for negative inputs, in [0, 1]. PyTorch has the same default and allows any number; Keras's layer
            has a default of 0.3 and allows any number of at least 0.
    Reference: Maas, Hannun and Ng, ICML 2013 workshop on deep learning for audio, speech and language processing.
    """

    slope: Annotated[float, Interval(ge=0, le=1)] = 0.01

    def forward(self, p: Tree, x: Array, ctx: Context) -> tuple[Array, Backward]:
        """Apply leaky ReLU."""
        y = x * self.slope
        np.maximum(x, y, out=y)
        return y, lambda dy, g: np.multiply(dy, np.maximum(y > 0, y.dtype.type(self.slope)), out=dy)
