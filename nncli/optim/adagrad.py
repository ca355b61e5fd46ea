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
    """Adagrad: divide the gradient by the root of the sum of its squares, so that rare features get larger steps.

    s <- s + g^2,  p <- p - rate * g / (sqrt(s) + epsilon)

    As in PyTorch, epsilon is added outside the root.

    Args:
        learning_rate: learning rate, above 0; or a schedule.
        epsilon: added to the denominator for numerical stability, above 0.
        initial_accumulator: initial value of the sum of squares, at least 0; a larger value makes the first steps
            smaller.
    Reference: Duchi, Hazan and Singer, JMLR 12 (2011), 2121-2159.
    """

    in_parts = True

    learning_rate: LearningRate = 1e-2
    epsilon: Annotated[float, Gt(0)] = 1e-10
    initial_accumulator: Annotated[float, Ge(0)] = 0.0

    def state_names(self) -> tuple[str, ...]:
        """Return the name of the sum of squares."""
        return ("square_sum",)

    def initial(self, name: str) -> float:
        """Return the initial sum of squares."""
        return self.initial_accumulator

    def direction(self, g: Array, state: Sequence[Array], step: int, rate: float, u: Array) -> None:
        """Write rate * g / (sqrt(s) + epsilon)."""
        (s,) = state
        np.multiply(g, g, out=u)
        s += u
        np.sqrt(s, out=u)
        u += self.epsilon
        np.divide(g, u, out=u)
        u *= rate
