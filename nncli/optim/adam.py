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
    """Steps of about the same size for every parameter, from running means of the gradient and of its square.

    m <- beta1 m + (1 - beta1) g,  v <- beta2 v + (1 - beta2) g^2
    p <- p - rate mhat / (sqrt(vhat) + epsilon),  mhat = m / (1 - beta1^t),  vhat = v / (1 - beta2^t)
    w <- max(w, v),  vhat = w / (1 - beta2^t)      with amsgrad

    t counts steps from 1, not epochs. w is the largest v before the bias correction, as in PyTorch. Epsilon is outside
    the root, as in the paper and in PyTorch.

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
        """Write rate times mean over root of mean square, both with bias correction."""
        m, v = state[:2]
        w = state[2] if self.amsgrad else None
        adam_direction(g, m, v, w, self.beta1, self.beta2, *self._bias_corrected(step, rate), out=u)

    def update(self, p: Array, g: Array, state: Sequence[Array], step: int, rate: float, scratch: Array) -> None:
        """Take the step in one operation, but with amsgrad."""
        if self.amsgrad:
            super().update(p, g, state, step, rate, scratch)
        else:
            m, v = state
            epsilon, rate = self._bias_corrected(step, rate)
            current_ops().adam_step(p, g, m, v, self.beta1, self.beta2, epsilon, rate, scratch)

    def _bias_corrected(self, step: int, rate: float) -> tuple[float, float]:
        """Return (epsilon, rate) for sqrt(v) and m, which are not corrected: sqrt(v) = root sqrt(vhat)."""
        root = sqrt(1 - self.beta2**step)
        return root * self.epsilon, rate * root / (1 - self.beta1**step)
