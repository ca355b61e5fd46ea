"""Truncated normal initializer."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

import numpy as np
from annotated_types import Gt

from nncli.core.types import Array, Shape
from nncli.nn.initializer import Initializer, initializer

BOUND = 2.0  # in standard deviations


@initializer("truncated_normal", "trunc_normal")
@dataclass(frozen=True)
class TruncatedNormal(Initializer):
    """Truncated normal initializer: w ~ N(0, std^2), truncated to |w| <= 2 * std.

    Values outside this range are drawn again, which gives a standard deviation of 0.8796 * std.

    Args:
        std: standard deviation before truncation, as in Keras and PyTorch; above 0.
    Reference: Devlin et al., NAACL 2019, and Dosovitskiy et al., ICLR 2021, use a std of 0.02.
    """

    std: Annotated[float, Gt(0)] = 0.02

    def draw(self, random: np.random.Generator, shape: Shape, fan_in: int, fan_out: int) -> Array:
        """Draw from the truncated normal distribution."""
        values = random.standard_normal(shape)
        while (far := np.abs(values) > BOUND).any():
            values[far] = random.standard_normal(np.count_nonzero(far))
        return values * self.std
