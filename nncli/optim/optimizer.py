"""What an optimizer rule is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar

from nncli.core.checked import Registered
from nncli.core.registry import OPTIMIZERS
from nncli.core.types import Array
from nncli.optim.schedule import LearningRate

SCHEDULE = "a schedule stands in the place of the rate, as in learning_rate: {type: cosine, initial: 1e-3}"

CLIPPING = ("clip_norm", "clipnorm", "global_clipnorm", "max_norm", "max_grad_norm", "grad_clip", "gradient_clip_val")


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
        **dict.fromkeys(CLIPPING, "it belongs under training, as training.clip_norm"),
        "weight_decay": "write training.penalty: {l2: half of it}, which is PyTorch's, or type: adamw, which has one",
    }

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
