"""What an optimizer rule is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from nncli.core.fields import Registered
from nncli.core.registry import OPTIMIZERS
from nncli.core.types import Array
from nncli.optim.schedule import LearningRate


@dataclass(frozen=True)
class Optimizer(Registered):
    """The base of all optimizers: writes the step to subtract, element by element.

    Args:
        learning_rate: the size of the steps, above 0; or a schedule, such as {type: cosine, initial: 1e-3}.
    """

    needs = ("direction",)

    in_parts: ClassVar[bool] = False  # whether two threads may change two parts of the vectors; a subclass says it anew

    learning_rate: LearningRate

    def state_names(self) -> tuple[str, ...]:
        """The vectors that the rule keeps beside the parameters."""
        return ()

    def initial(self, name: str) -> float:
        """What every element of such a vector is before the first step."""
        return 0.0

    def shrinkage(self, *, decayed: bool) -> float:
        """The decoupled weight decay of some parameters: the driver begins every step with p <- p - rate * this * p.

        Args:
            decayed: whether they are those that decay is meant for, and not biases or normalisation.
        """
        return 0.0

    def direction(self, g: Array, state: Sequence[Array], step: int, rate: float, u: Array) -> None:
        """Writes to `u` what is to be subtracted from the parameters, and updates `state` in place.

        It is called for one part of the vectors after another, and with `in_parts` for two at the same time.

        Args:
            g: gradient; not changed.
            state: one vector for each of `state_names`.
            step: the number of this step, from 1.
            rate: the learning rate of this step.
            u: overwritten.
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
