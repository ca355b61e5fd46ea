"""The rectified linear unit that lets a little through."""

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
    """y = max(x, slope x); dy/dx = 1 for x > 0, otherwise slope, at 0 too.

    Shape: (*) -> (*)

    Args:
        slope: of the negative side, in [0, 1]; PyTorch has the same default and takes any number, Keras's layer has
            0.3 and takes any from 0 on.
    Reference: Maas, Hannun and Ng, ICML 2013 workshop on deep learning for audio, speech and language processing.
    """

    slope: Annotated[float, Interval(ge=0, le=1)] = 0.01

    def forward(self, p: Tree, x: Array, ctx: Context) -> tuple[Array, Backward]:
        """The input, its negative part scaled down."""
        y = x * self.slope
        np.maximum(x, y, out=y)
        return y, lambda dy, g: np.multiply(dy, np.maximum(y > 0, y.dtype.type(self.slope)), out=dy)
