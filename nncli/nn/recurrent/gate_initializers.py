"""Initializers of weights and biases that hold several gates side by side."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

import numpy as np

from nncli.core.registry import INITIALIZERS
from nncli.core.types import Array, Shape
from nncli.nn.initializer import Initializer


@dataclass(frozen=True)
class PerGate(Initializer):
    """Initialize the columns of every gate separately, for initializers that depend on the whole matrix.

    Args:
        initializer: initializer of the columns of one gate.
        gates: number of gates, at least 1.
    """

    initializer: Annotated[Initializer, INITIALIZERS]
    gates: int

    def draw(self, random: np.random.Generator, shape: Shape, fan_in: int, fan_out: int) -> Array:
        """Return the columns of all gates, concatenated."""
        columns = (*shape[:-1], shape[-1] // self.gates)
        return np.concatenate(
            [self.initializer.draw(random, columns, fan_in, fan_out) for _ in range(self.gates)], axis=-1
        )


@dataclass(frozen=True)
class ForgetBias(Initializer):
    """Initialize an LSTM's bias to zeros, except for its second block, the forget gate.

    Args:
        value: initial bias of the forget gate.
    """

    value: float

    def draw(self, random: np.random.Generator, shape: Shape, fan_in: int, fan_out: int) -> Array:
        """Return the biases of the four gates, concatenated."""
        return np.repeat((0, self.value, 0, 0), shape[0] // 4)
