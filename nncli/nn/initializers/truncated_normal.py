"""Normal numbers without the far ones."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

import numpy as np
from annotated_types import Gt

from nncli.core.types import Array, Shape
from nncli.nn.initializer import Initializer, initializer

FARTHEST = 2.0  # standard deviations


@initializer("truncated_normal", "trunc_normal")
@dataclass(frozen=True)
class TruncatedNormal(Initializer):
    """Normal numbers of a fixed spread, none farther out than two standard deviations: w ~ N(0, std^2), |w| <= 2 std.

    Numbers that are farther out are drawn again. What is left has a standard deviation of 0.8796 std.

    Args:
        std: standard deviation of the normal distribution before it is cut, above 0, as in Keras and PyTorch.
    Reference: Devlin et al., NAACL 2019, and Dosovitskiy et al., ICLR 2021, begin with a std of 0.02.
    """

    std: Annotated[float, Gt(0)] = 0.02

    def draw(self, random: np.random.Generator, shape: Shape, fan_in: int, fan_out: int) -> Array:
        """Normal numbers of that shape, cut."""
        values = random.standard_normal(shape)
        while (far := np.abs(values) > FARTHEST).any():
            values[far] = random.standard_normal(np.count_nonzero(far))
        return values * self.std
