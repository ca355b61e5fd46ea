"""Adam with decoupled weight decay."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from annotated_types import Ge

from nncli.optim.adam import Adam
from nncli.optim.optimizer import optimizer


@optimizer("adamw")
@dataclass(frozen=True)
class AdamW(Adam):
    """AdamW: Adam with decoupled weight decay, which is not part of the gradient.

    p <- p - rate * weight_decay * p,  then the step of adam

    As in PyTorch, the weight decay is multiplied by the learning rate.

    Args:
        weight_decay: weight decay, at least 0.
        decay_all: whether to decay biases and the parameters of normalization too.
    Reference: Loshchilov and Hutter, ICLR 2019, algorithm 2.
    """

    in_parts = True

    weight_decay: Annotated[float, Ge(0)] = 1e-2
    decay_all: bool = False

    def shrinkage(self, *, decayed: bool) -> float:
        """Return the weight decay; 0 for biases and normalization, unless `decay_all` is set."""
        return self.weight_decay if decayed or self.decay_all else 0.0
