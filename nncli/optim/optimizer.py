"""The base of all optimizers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from nncli.core.checked import Registered
from nncli.core.registry import OPTIMIZERS
from nncli.core.types import Array
from nncli.optim.schedule import LearningRate


@dataclass(frozen=True)
class Optimizer(Registered):
    """The base of all optimizers: a rule that computes a step element by element.

    A subclass overrides `direction`. It may override `update` too, with a faster way to the same bits. A subclass of
    such a class that overrides `direction` or `state_names` has the `update` of this class again, and one that does not
    set `in_parts` anew is not run by two threads, since it may have attributes of its own.

    Args:
        learning_rate: learning rate, above 0; or a schedule, such as {type: cosine, initial: 1e-3}.
    """

    needs = ("direction",)

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
            state: one vector per name in `state_names`.
            step: number of this step, from 1.
            rate: learning rate of this step.
            u: overwritten with the update.
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
