"""Adagrad."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated

import numpy as np
from annotated_types import Ge, Gt

from nncli.core.types import Array
from nncli.optim.optimizer import Optimizer, optimizer
from nncli.optim.schedule import LearningRate


@optimizer("adagrad")
@dataclass(frozen=True)
class Adagrad(Optimizer):
    """Steps that become shorter as the squares of a parameter's gradients add up; rare features keep longer ones.

    s <- s + g^2,  p <- p - rate g / (sqrt(s) + epsilon)

    Epsilon stands outside the root, as in PyTorch.

    Args:
        learning_rate: the size of the steps, above 0, or a schedule of it.
        epsilon: keeps the quotient finite, above 0.
        initial_accumulator: what the sum of squares begins with, at least 0; more than 0 holds back the first steps.
    Reference: Duchi, Hazan and Singer, JMLR 12 (2011), 2121-2159.
    """

    in_parts = True

    learning_rate: LearningRate = 1e-2
    epsilon: Annotated[float, Gt(0)] = 1e-10
    initial_accumulator: Annotated[float, Ge(0)] = 0.0

    def state_names(self) -> tuple[str, ...]:
        """The sum of the squares."""
        return ("square_sum",)

    def initial(self, name: str) -> float:
        """Where the sum begins."""
        return self.initial_accumulator

    def direction(self, g: Array, state: Sequence[Array], step: int, rate: float, u: Array) -> None:
        """Rate times gradient over root of the sum of squares."""
        (s,) = state
        np.multiply(g, g, out=u)
        s += u
        np.sqrt(s, out=u)
        u += self.epsilon
        np.divide(g, u, out=u)
        u *= rate
