"""Schedules that come to an end."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Annotated

from annotated_types import Ge

from nncli.optim.schedule import Schedule, ScheduleContext


@dataclass(frozen=True, kw_only=True)
class Timed(Schedule):
    """The base of schedules that go from a first to a last rate in a known number of steps, and stay there.

    The run's first step has exactly the first rate (its share of it, with a warm-up), its last step exactly the last.
    A run of one step has the first.

    Args:
        epochs: at the end of which epoch of the run the last rate is reached, the warm-up included; default its last.
        steps: likewise in steps; not beside epochs.
    """

    needs = ("along",)

    epochs: Annotated[int, Ge(1)] | None = None
    steps: Annotated[int, Ge(1)] | None = None

    def conflicts(self) -> Iterable[tuple[str, str]]:
        """Two lengths, or one that the warm-up uses up."""
        if self.epochs is not None and self.steps is not None:
            yield "steps", "epochs stands there already; drop one of the two"
        elif self.steps is not None and self.steps <= self.warmup_steps:
            yield "steps", f"expected more than the {self.warmup_steps} steps of warm-up, which it includes"

    @property
    def over_run(self) -> bool:
        """Where it has no length of its own."""
        return self.epochs is None and self.steps is None

    @property
    def by_steps(self) -> bool:
        """Where its length is given in steps."""
        return self.steps is not None

    def length(self, context: ScheduleContext) -> int:
        """At the end of which step of the run the last rate is reached."""
        epochs = context.epochs if self.epochs is None else self.epochs
        return epochs * context.steps_per_epoch if self.steps is None else self.steps

    def rate(self, step: int, context: ScheduleContext) -> float:
        """Along the way, and the last rate after it."""
        length = max(self.length(context) - self.warmup_steps, 1)
        return self.along(min(step, length - 1), length)

    def along(self, step: int, length: int) -> float:
        """The rate of a step on the way.

        Args:
            step: its number, in [0, length - 1].
            length: how many steps the way has, at least 1.
        """
        raise NotImplementedError
