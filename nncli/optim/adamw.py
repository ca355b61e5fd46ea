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
    """Adam, with weights that every step shrinks by a share of their own, whatever their gradient.

    p <- p - rate weight_decay p, and then the step of adam.

    The gradient that adam sees is free of the decay; the decay goes with the rate, as in PyTorch.

    Args:
        weight_decay: the share, times the rate, that a step takes off a weight, at least 0.
        decay_all: shrink biases and the parameters of normalisation, too.
    Reference: Loshchilov and Hutter, ICLR 2019, algorithm 2.
    """

    in_parts = True

    weight_decay: Annotated[float, Ge(0)] = 1e-2
    decay_all: bool = False

    def shrinkage(self, *, decayed: bool) -> float:
        """The weight decay, of biases and normalisation on demand alone."""
        return self.weight_decay if decayed or self.decay_all else 0.0
