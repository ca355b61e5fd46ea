"""Normal initializer."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

import numpy as np
from annotated_types import Gt

from nncli.core.types import Array, Shape
from nncli.nn.initializer import Initializer, initializer


@initializer("normal", "random", "random_normal")
@dataclass(frozen=True)
class Normal(Initializer):
    """Normal initializer with a fixed standard deviation: w ~ N(0, std^2).

    Args:
        std: standard deviation, above 0.
    """

    std: Annotated[float, Gt(0)] = 0.01

    def draw(self, random: np.random.Generator, shape: Shape, fan_in: int, fan_out: int) -> Array:
        """Draw from the normal distribution."""
        return random.standard_normal(shape) * self.std
