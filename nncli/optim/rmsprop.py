"""RMSprop."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated

import numpy as np
from annotated_types import Gt, Interval

from nncli.core.types import Array
from nncli.optim.optimizer import Optimizer, optimizer
from nncli.optim.schedule import LearningRate


@optimizer("rmsprop")
@dataclass(frozen=True)
class RMSprop(Optimizer):
    """RMSprop: divide the gradient by the root of a running average of its square, with optional momentum.

    s <- decay * s + (1 - decay) * g^2,  d = g / (sqrt(s) + epsilon)
    m <- decay * m + (1 - decay) * g,    d = g / (sqrt(s - m^2) + epsilon)     with centered
    p <- p - rate * d                                                          without momentum
    v <- momentum * v + d,  p <- p - rate * v                                  with momentum

    As in PyTorch, there is no bias correction, and epsilon is added outside the root. If rounding makes s - m^2
    negative, 0 is used instead.

    Args:
        learning_rate: learning rate, above 0; or a schedule.
        decay: decay of the running averages, in [0, 1); alpha in PyTorch, rho in Keras.
        epsilon: added to the denominator for numerical stability, above 0.
        momentum: decay of the velocity, in [0, 1).
        centered: whether to divide by an estimate of the gradient's standard deviation instead of its root mean square.
    Reference: Tieleman and Hinton, Coursera lecture 6.5, 2012; centered in Graves, arXiv:1308.0850, 2013.
    """

    in_parts = True

    learning_rate: LearningRate = 1e-3
    decay: Annotated[float, Interval(ge=0, lt=1)] = 0.9
    epsilon: Annotated[float, Gt(0)] = 1e-8
    momentum: Annotated[float, Interval(ge=0, lt=1)] = 0.0
    centered: bool = False

    def state_names(self) -> tuple[str, ...]:
        """Return the names of the averages of the square and (if centered) the gradient, and of the velocity."""
        return ("square", *(("mean",) if self.centered else ()), *(("velocity",) if self.momentum else ()))

    def direction(self, g: Array, state: Sequence[Array], step: int, rate: float, u: Array) -> None:
        """Write rate * d, or rate * v with momentum."""
        s = state[0]
        s *= self.decay
        np.multiply(g, g, out=u)
        u *= 1 - self.decay
        s += u
        if self.centered:
            m = state[1]
            m *= self.decay
            np.multiply(g, 1 - self.decay, out=u)
            m += u
            np.multiply(m, m, out=u)
            np.subtract(s, u, out=u)
            np.maximum(u, 0, out=u)
            np.sqrt(u, out=u)
        else:
            np.sqrt(s, out=u)
        u += self.epsilon
        np.divide(g, u, out=u)
        if self.momentum:
            v = state[-1]
            v *= self.momentum
            v += u
            np.multiply(v, rate, out=u)
        else:
            u *= rate
