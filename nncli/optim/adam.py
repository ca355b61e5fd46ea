"""Adam."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt
from typing import Annotated

import numpy as np
from annotated_types import Gt, Interval

from nncli.core.types import Array
from nncli.optim.compiled.available import patience
from nncli.optim.optimizer import Optimizer, optimizer
from nncli.optim.schedule import LearningRate


@optimizer("adam")
@dataclass(frozen=True)
class Adam(Optimizer):
    """Steps of about the same size for every parameter, from running means of the gradient and of its square.

    m <- beta1 m + (1 - beta1) g,  v <- beta2 v + (1 - beta2) g^2
    p <- p - rate mhat / (sqrt(vhat) + epsilon),  mhat = m / (1 - beta1^t),  vhat = v / (1 - beta2^t)
    w <- max(w, v),  vhat = w / (1 - beta2^t)      with amsgrad

    t counts steps from 1, not epochs; m, v and w themselves are never divided, so that w is the largest v before any
    correction, as in PyTorch. Epsilon stands outside the root, as in the paper and in PyTorch.

    Args:
        learning_rate: the size of the steps, above 0; or a schedule, see nncli list schedules.
        beta1: share of the mean that is kept, in [0, 1).
        beta2: share of the mean square that is kept, in [0, 1).
        epsilon: keeps the quotient finite, above 0.
        amsgrad: never forget the largest mean square, so that steps do not grow where gradients shrink.
    Reference: Kingma and Ba, ICLR 2015, algorithm 1; Reddi, Kale and Kumar, ICLR 2018.
    """

    in_parts = True

    learning_rate: LearningRate = 1e-3
    beta1: Annotated[float, Interval(ge=0, lt=1)] = 0.9
    beta2: Annotated[float, Interval(ge=0, lt=1)] = 0.999
    epsilon: Annotated[float, Gt(0)] = 1e-8
    amsgrad: bool = False

    def state_names(self) -> tuple[str, ...]:
        """The running means of gradient and square, and the largest of the latter with amsgrad."""
        return ("mean", "square", "largest_square") if self.amsgrad else ("mean", "square")

    def direction(self, g: Array, state: Sequence[Array], step: int, rate: float, u: Array) -> None:
        """Rate times mean over root of mean square, both corrected for their start at zero."""
        m, v = state[:2]
        m *= self.beta1
        np.multiply(g, 1 - self.beta1, out=u)
        m += u
        v *= self.beta2
        np.multiply(g, g, out=u)
        u *= 1 - self.beta2
        v += u
        if self.amsgrad:
            v = np.maximum(v, state[2], out=state[2])  # w
        epsilon, factor = self._corrected(step, rate)
        np.sqrt(v, out=u)
        u += epsilon
        np.divide(m, u, out=u)
        u *= factor  # rate mhat / (sqrt(vhat) + epsilon)

    def _corrected(self, step: int, rate: float) -> tuple[float, float]:
        """(epsilon, rate) beside sqrt(v) and m, in which the corrections are: sqrt(v) = root sqrt(vhat)."""
        root = sqrt(1 - self.beta2**step)
        return root * self.epsilon, rate * root / (1 - self.beta1**step)

    def at_once(self, g: Array, state: Sequence[Array], step: int, rate: float, p: Array) -> bool:
        """With numba, and without amsgrad or a direction or a state of a subclass."""
        own = len(state) == 2 and type(self).direction is Adam.direction
        compiled = patience.step(p.size) if own else None
        if compiled is None:
            return False
        beta1, beta2 = self.beta1, self.beta2
        compiled(p, g, *state, beta1, 1 - beta1, beta2, 1 - beta2, *self._corrected(step, rate))
        return True
