"""The base class of optimizers."""

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
    """The base of all optimizers: an elementwise update rule over flat vectors.

    A subclass overrides `direction`. It may also override `update`, to compute bitwise identical results faster. Two
    things are not inherited: `in_parts`, since a subclass may have state that threads must not share, and an overridden
    `update` if the subclass overrides `direction` or `state_names`.

    Args:
        learning_rate: learning rate, above 0; or a schedule, such as {type: cosine, initial: 1e-3}.
    """

    needs = ("direction",)

    in_parts: ClassVar[bool] = (
        False  # whether two threads may update two parts of the vectors at the same time; not inherited
    )

    learning_rate: LearningRate

    def __init_subclass__(cls, **arguments: Any) -> None:
        """Reset `in_parts` and `update` if a subclass must not inherit them."""
        super().__init_subclass__(**arguments)
        if "in_parts" not in vars(cls):
            cls.in_parts = False
        if any(_depth(cls, name) < _depth(cls, "update") for name in ("direction", "state_names")):
            cls.update = Optimizer.update  # type: ignore[method-assign]

    def state_names(self) -> tuple[str, ...]:
        """Return the names of the state vectors, each as long as the parameters."""
        return ()

    def initial(self, name: str) -> float:
        """Return the initial value of every element of a state vector."""
        return 0.0

    def shrinkage(self, *, decayed: bool) -> float:
        """Return the decoupled weight decay d: every step starts with p <- p - rate * d * p.

        Args:
            decayed: True for weights, False for biases and the parameters of normalization.
        """
        return 0.0

    def direction(self, g: Array, state: Sequence[Array], step: int, rate: float, u: Array) -> None:
        """Write the update, which is subtracted from the parameters, to `u`, and update `state` in place.

        The driver calls this method for one part of the vectors after another, or for two at a time with `in_parts`.

        Args:
            g: gradient; not changed.
            state: one vector per name in `state_names`.
            step: number of this step, starting at 1.
            rate: learning rate of this step.
            u: the update; overwritten.
        """
        raise NotImplementedError

    def update(self, p: Array, g: Array, state: Sequence[Array], step: int, rate: float, scratch: Array) -> None:
        """Take one step: subtract the update from the parameters, and update `state` in place.

        Args:
            p: parameters; changed.
            g: gradient; not changed.
            state: one vector per name in `state_names`; changed.
            step: number of this step, starting at 1.
            rate: learning rate of this step.
            scratch: work space as long as the parameters; overwritten.
        """
        self.direction(g, state, step, rate, scratch)
        p -= scratch


def _depth(cls: type, name: str) -> int:
    """Return the index of the first class in the method resolution order that defines the attribute."""
    return next(index for index, base in enumerate(cls.__mro__) if name in vars(base))


optimizer = OPTIMIZERS.register
