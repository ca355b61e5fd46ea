"""The base of all optimizers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from nncli.core.fields import Registered
from nncli.core.registry import OPTIMIZERS
from nncli.core.types import Array
from nncli.optim.schedule import LearningRate

SCHEDULE = "a schedule stands in the place of the rate, as in learning_rate: {type: cosine, initial: 1e-3}"

CLIPPING = ("clip_norm", "clipnorm", "global_clipnorm", "max_norm", "max_grad_norm", "grad_clip", "gradient_clip_val")


@dataclass(frozen=True)
class Optimizer(Registered):
    """The base of all optimizers: a rule that computes a step element by element.

    A subclass overrides `direction`. It may override `update` too, with a faster way to the same bits. A subclass of
    such a class that overrides `direction` or `state_names` has the `update` of this class again, and one that does not
    set `in_parts` anew is not run by two threads, since it may have attributes of its own.

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

    in_parts: ClassVar[bool] = False  # whether two threads may update two parts of the vectors; not inherited

    learning_rate: LearningRate

    def __init_subclass__(cls, **arguments: Any) -> None:
        """Reset what a subclass may not inherit."""
        super().__init_subclass__(**arguments)
        if "in_parts" not in vars(cls):
            cls.in_parts = False
        if any(_depth(cls, name) < _depth(cls, "update") for name in ("direction", "state_names")):
            cls.update = Optimizer.update  # type: ignore[method-assign]

    def state_names(self) -> tuple[str, ...]:
        """Names of the vectors of state, each as long as the parameters."""
        return ()

    def initial(self, name: str) -> float:
        """Return the value of every element of a vector of state before the first step."""
        return 0.0

    def shrinkage(self, *, decayed: bool) -> float:
        """Return the decoupled weight decay: the driver begins every step with p <- p - rate * this * p.

        Args:
            decayed: whether the parameters are weights, and not biases or parameters of normalization.
        """
        return 0.0

    def direction(self, g: Array, state: Sequence[Array], step: int, rate: float, u: Array) -> None:
        """Write the step to subtract from the parameters to `u`, and update `state` in place.

        The driver calls it for one part of the vectors after another, and with `in_parts` for two at the same time.

        Args:
            g: gradient; not changed.
            state: one vector for each of `state_names`.
            step: the number of this step, from 1.
            rate: the learning rate of this step.
            u: overwritten.
        """
        raise NotImplementedError

    def update(self, p: Array, g: Array, state: Sequence[Array], step: int, rate: float, scratch: Array) -> None:
        """Take a step: subtract the direction from the parameters, and update `state` in place.

        Args:
            p: parameters; changed.
            g: gradient; not changed.
            state: one vector for each of `state_names`; changed.
            step: the number of this step, from 1.
            rate: the learning rate of this step.
            scratch: as long as the parameters, overwritten.
        """
        self.direction(g, state, step, rate, scratch)
        p -= scratch


def _depth(cls: type, name: str) -> int:
    """Return how far up among the base classes the attribute is found."""
    return next(index for index, base in enumerate(cls.__mro__) if name in vars(base))


optimizer = OPTIMIZERS.register
