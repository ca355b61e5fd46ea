"""The base class of optimizers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from nncli.core.checked import Registered
from nncli.core.registry import OPTIMIZERS
from nncli.core.types import Array
from nncli.optim.schedule import LearningRate


@dataclass(frozen=True)
class Optimizer(Registered):
    """The base of all optimizers: an update rule, element by element.

    Args:
        learning_rate: learning rate, above 0; or a schedule, such as {type: cosine, initial: 1e-3}.
    """

    needs = ("direction",)

    in_parts: ClassVar[bool] = False  # whether two threads may update two parts at once; a subclass states it again

    learning_rate: LearningRate

    def state_names(self) -> tuple[str, ...]:
        """Return the names of the state vectors, each as long as the parameters."""
        return ()

    def initial(self, name: str) -> float:
        """Return the initial value of all elements of a state vector."""
        return 0.0

    def shrinkage(self, *, decayed: bool) -> float:
        """Return the decoupled weight decay: the driver starts every step with p <- p - rate * decay * p.

        Args:
            decayed: True for weights, False for biases and the parameters of normalization.
        """
        return 0.0

    def direction(self, g: Array, state: Sequence[Array], step: int, rate: float, u: Array) -> None:
        """Write the update to subtract from the parameters to `u`, and update `state` in place.

        It is called for one part of the vectors after another; with `in_parts`, for two parts at the same time.

        Args:
            g: gradient; not changed.
            state: one vector per name in `state_names`.
            step: number of this step, from 1.
            rate: learning rate of this step.
            u: overwritten with the update.
        """
        raise NotImplementedError

    def at_once(self, g: Array, state: Sequence[Array], step: int, rate: float, p: Array) -> bool:
        """Takes the step itself, to the same bits, and returns True, where there is a faster way than `direction`.

        Args:
            g: gradient; not changed.
            state: one vector for each of `state_names`; changed.
            step: the number of this step, from 1.
            rate: the learning rate of this step.
            p: the parameters; changed.
        """
        return False


optimizer = OPTIMIZERS.register
