"""What an optimizer rule is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar

from nncli.core.fields import Registered
from nncli.core.registry import OPTIMIZERS
from nncli.core.types import Array
from nncli.optim.schedule import LearningRate

SCHEDULE = "a schedule stands in the place of the rate, as in learning_rate: {type: cosine, initial: 1e-3}"


@dataclass(frozen=True)
class Optimizer(Registered):
    """The base of all optimizers: writes the step to subtract, element by element.

    Args:
        learning_rate: the size of the steps, above 0; or a schedule, such as {type: cosine, initial: 1e-3}.
    """

    needs = ("direction",)
    stray_keys: ClassVar[Mapping[str, str]] = {
        **dict.fromkeys(("schedule", "scheduler", "lr_schedule", "lr_scheduler", "learning_rate_schedule"), SCHEDULE),
        **dict.fromkeys(("warmup", "warmup_steps"), f"{SCHEDULE}; there it is warmup_steps"),
        **dict.fromkeys(("decay", "lr_decay"), SCHEDULE),
    }

    learning_rate: LearningRate

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
