"""The base class of the normalization layers, and their parameters."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from nncli.core.types import Array, Shape
from nncli.nn.initializer import Initializer
from nncli.nn.initializers.zeros import Zeros
from nncli.nn.layer import Layer, ParameterSpec, Tree


@dataclass(frozen=True)
class Ones(Initializer):
    """Set all values to 1, the initial scale."""

    def draw(self, random: np.random.Generator, shape: Shape, fan_in: int, fan_out: int) -> Array:
        """Return ones."""
        return np.ones(shape)


@dataclass(frozen=True)
class Normalization(Layer):
    """The base of layers that normalize their inputs."""


def scale_and_shift(shape: Shape, *, scale: bool, shift: bool) -> Tree:
    """Return the specs of scale (gamma) and shift (beta), if they are used; weight decay applies to neither."""
    tree: Tree = {"scale": ParameterSpec(shape, Ones(), decayed=False)} if scale else {}
    return tree | ({"shift": ParameterSpec(shape, Zeros(), decayed=False)} if shift else {})
