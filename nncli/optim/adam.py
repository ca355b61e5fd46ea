"""Adam."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt
from typing import Annotated

from annotated_types import Gt, Interval

from nncli.core.types import Array
from nncli.ops import current_ops
from nncli.ops.adam_direction import adam_direction
from nncli.optim.optimizer import Optimizer, optimizer
from nncli.optim.schedule import LearningRate


@optimizer("adam")
@dataclass(frozen=True)
class Adam(Optimizer):
    """Adam: divide a running average of the gradient by the root of a running average of its square.

    m <- beta1 * m + (1 - beta1) * g,  v <- beta2 * v + (1 - beta2) * g^2
    p <- p - rate * mhat / (sqrt(vhat) + epsilon),  mhat = m / (1 - beta1^t),  vhat = v / (1 - beta2^t)
    w <- max(w, v),  vhat = w / (1 - beta2^t)                                 with amsgrad

    t is the number of the step, starting at 1. As in PyTorch, w is the maximum of v before the bias correction, and
    epsilon is added outside the root.

    Args:
        learning_rate: learning rate, above 0; or a schedule.
        beta1: decay of the running average of the gradient, in [0, 1).
        beta2: decay of the running average of the squared gradient, in [0, 1).
        epsilon: added to the denominator for numerical stability, above 0.
        amsgrad: whether to divide by the root of the maximum of v so far, as in AMSGrad.
    Reference: Kingma and Ba, ICLR 2015, algorithm 1; Reddi, Kale and Kumar, ICLR 2018.
    """

    in_parts = True

    learning_rate: LearningRate = 1e-3
    beta1: Annotated[float, Interval(ge=0, lt=1)] = 0.9
    beta2: Annotated[float, Interval(ge=0, lt=1)] = 0.999
    epsilon: Annotated[float, Gt(0)] = 1e-8
    amsgrad: bool = False

    def state_names(self) -> tuple[str, ...]:
        """Return the names of the averages of the gradient and its square, and with amsgrad of the maximum square."""
        return ("mean", "square", "largest_square") if self.amsgrad else ("mean", "square")

    def direction(self, g: Array, state: Sequence[Array], step: int, rate: float, u: Array) -> None:
        """Write rate * mhat / (sqrt(vhat) + epsilon)."""
        m, v = state[:2]
        w = state[2] if self.amsgrad else None
        adam_direction(g, m, v, w, self.beta1, self.beta2, *self._bias_corrected(step, rate), out=u)

    def update(self, p: Array, g: Array, state: Sequence[Array], step: int, rate: float, scratch: Array) -> None:
        """Take the step in one operation, except with amsgrad."""
        if self.amsgrad:
            super().update(p, g, state, step, rate, scratch)
        else:
            m, v = state
            epsilon, rate = self._bias_corrected(step, rate)
            current_ops().adam_step(p, g, m, v, self.beta1, self.beta2, epsilon, rate, scratch)

    def _bias_corrected(self, step: int, rate: float) -> tuple[float, float]:
        """Return (epsilon, rate) that include the bias corrections, so that m and v need no correction."""
        root = sqrt(1 - self.beta2**step)
        return root * self.epsilon, rate * root / (1 - self.beta1**step)
