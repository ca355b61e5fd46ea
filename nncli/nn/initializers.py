"""Initial values of weights."""

from __future__ import annotations

from dataclasses import dataclass
from math import sqrt
from typing import Annotated

import numpy as np
from annotated_types import Gt

from nncli.core.fields import Registered
from nncli.core.registry import INITIALIZERS
from nncli.core.types import Array, Shape

initializer = INITIALIZERS.register


@dataclass(frozen=True)
class Initializer(Registered):
    """The base of all initializers."""

    needs = ("draw",)

    def draw(self, random: np.random.Generator, shape: Shape, fan_in: int, fan_out: int) -> Array:
        """Initial values in float64.

        Args:
            random: where the numbers come from.
            shape: the shape of the array.
            fan_in: number of inputs that one output sums over.
            fan_out: number of outputs that one input goes to.
        """
        raise NotImplementedError


@initializer("zeros")
@dataclass(frozen=True)
class Zeros(Initializer):
    """All zeros: w = 0."""

    def draw(self, random: np.random.Generator, shape: Shape, fan_in: int, fan_out: int) -> Array:
        """Zeros of that shape."""
        return np.zeros(shape)


@initializer("normal", "random")
@dataclass(frozen=True)
class Normal(Initializer):
    """Normal numbers of a fixed spread: w ~ N(0, std^2).

    Args:
        std: standard deviation, above 0.
    """

    std: Annotated[float, Gt(0)] = 0.01

    def draw(self, random: np.random.Generator, shape: Shape, fan_in: int, fan_out: int) -> Array:
        """Normal numbers of that shape."""
        return random.standard_normal(shape) * self.std


@initializer("xavier", "glorot")
@dataclass(frozen=True)
class Xavier(Initializer):
    """Keep the variance of a linear or tanh network in both directions: w ~ N(0, 2 / (fan_in + fan_out)).

    Reference: Glorot and Bengio, AISTATS 2010, in its normal form.
    """

    def draw(self, random: np.random.Generator, shape: Shape, fan_in: int, fan_out: int) -> Array:
        """Normal numbers of that shape."""
        return random.standard_normal(shape) * sqrt(2 / (fan_in + fan_out))


@initializer("he")
@dataclass(frozen=True)
class He(Initializer):
    """Keep the variance of a relu network's outputs: w ~ N(0, 2 / fan_in).

    Reference: He et al., ICCV 2015, in its normal form.
    """

    def draw(self, random: np.random.Generator, shape: Shape, fan_in: int, fan_out: int) -> Array:
        """Normal numbers of that shape."""
        return random.standard_normal(shape) * sqrt(2 / fan_in)
