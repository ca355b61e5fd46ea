"""The base class of initializers."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from nncli.core.checked import Registered
from nncli.core.registry import INITIALIZERS
from nncli.core.types import Array, Shape

initializer = INITIALIZERS.register


@dataclass(frozen=True)
class Initializer(Registered):
    """The base of all initializers, which draw the initial values of weights."""

    needs = ("draw",)

    def draw(self, random: np.random.Generator, shape: Shape, fan_in: int, fan_out: int) -> Array:
        """Return initial values in float64.

        Args:
            random: random number generator.
            shape: shape of the array.
            fan_in: number of inputs that one output sums over.
            fan_out: number of outputs that one input contributes to.
        """
        raise NotImplementedError
