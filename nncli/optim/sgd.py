"""Stochastic gradient descent."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Annotated

import numpy as np
from annotated_types import Interval

from nncli.core.types import Array
from nncli.optim.optimizer import Optimizer, optimizer
from nncli.optim.schedule import LearningRate


@optimizer("sgd", "gd")
@dataclass(frozen=True)
class SGD(Optimizer):
    """Stochastic gradient descent, with optional momentum.

    p <- p - rate * g                                            without momentum
    v <- momentum * v + g,  p <- p - rate * v                    with momentum
    v <- momentum * v + g,  p <- p - rate * (g + momentum * v)   with nesterov

    As in PyTorch, the velocity v does not include the learning rate.

    Args:
        learning_rate: learning rate, above 0; or a schedule.
        momentum: decay of the velocity, in [0, 1).
        nesterov: whether to use Nesterov momentum; needs momentum above 0.
    Reference: Polyak, USSR Computational Mathematics and Mathematical Physics 4 (1964), 1-17; Sutskever et al., ICML
        2013.
    """

    in_parts = True

    learning_rate: LearningRate = 1e-2
    momentum: Annotated[float, Interval(ge=0, lt=1)] = 0.0
    nesterov: bool = False

    def conflicts(self) -> Iterable[tuple[str, str]]:
        """Refuse nesterov without momentum."""
        if self.nesterov and not self.momentum:
            yield "nesterov", "nesterov wants a momentum above 0, such as 0.9"

    def state_names(self) -> tuple[str, ...]:
        """Return the name of the velocity, with momentum."""
        return ("velocity",) if self.momentum else ()

    def direction(self, g: Array, state: Sequence[Array], step: int, rate: float, u: Array) -> None:
        """Write rate * g, or rate * velocity with momentum."""
        if not self.momentum:
            np.multiply(g, rate, out=u)
            return
        (v,) = state
        v *= self.momentum
        v += g
        if self.nesterov:
            np.multiply(v, self.momentum, out=u)
            u += g
            u *= rate
        else:
            np.multiply(v, rate, out=u)
