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
    """Adam with weight decay that does not go through the gradient.

    p <- p - rate weight_decay p, and then the step of adam.

    The decay is multiplied by the rate, as in PyTorch.

    Args:
        weight_decay: share of a weight, times the rate, that a step subtracts, at least 0.
        decay_all: whether to decay biases and the parameters of normalization, too.
    Reference: Loshchilov and Hutter, ICLR 2019, algorithm 2.
    """

    in_parts = True

    weight_decay: Annotated[float, Ge(0)] = 1e-2
    decay_all: bool = False

    def shrinkage(self, *, decayed: bool) -> float:
        """The weight decay; of biases and normalization only with `decay_all`."""
        return self.weight_decay if decayed or self.decay_all else 0.0
