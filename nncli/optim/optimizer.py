"""What an optimizer rule is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated

from annotated_types import Gt

from nncli.core.fields import Registered
from nncli.core.registry import OPTIMIZERS
from nncli.core.types import Array


@dataclass(frozen=True)
class Optimizer(Registered):
    """The base of all optimizers: writes the step to subtract, element by element.

    Args:
        learning_rate: the size of the steps, above 0.
    """

    needs = ("direction",)

    learning_rate: Annotated[float, Gt(0)]

    def state_names(self) -> tuple[str, ...]:
        """The vectors that the rule keeps beside the parameters; each begins at zero."""
        return ()

    def direction(self, g: Array, state: Sequence[Array], step: int, rate: float, u: Array) -> None:
        """Writes to `u` what is to be subtracted from the parameters, and updates `state` in place.

        Args:
            g: gradient; not changed.
            state: one vector for each of `state_names`.
            step: the number of this step, from 1.
            rate: the learning rate of this step.
            u: overwritten.
        """
        raise NotImplementedError


optimizer = OPTIMIZERS.register
