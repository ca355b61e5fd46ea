"""The base class of schedules with a known length."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Annotated

from annotated_types import Ge

from nncli.optim.schedule import Schedule, ScheduleContext


@dataclass(frozen=True, kw_only=True)
class Timed(Schedule):
    """The base of schedules that change the rate from a first to a last value over a known number of steps.

    The first step after the warm-up has exactly the first rate, the last step exactly the last rate, and later steps
    keep the last rate. A schedule of one step has the first rate.

    Args:
        epochs: length of the schedule in epochs, warm-up included; default the whole run.
        steps: length of the schedule in steps, warm-up included; instead of epochs.
    """

    needs = ("along",)

    epochs: Annotated[int, Ge(1)] | None = None
    steps: Annotated[int, Ge(1)] | None = None

    def conflicts(self) -> Iterable[tuple[str, str]]:
        """Refuse two lengths, or a number of steps that is not larger than the warm-up."""
        if self.epochs is not None and self.steps is not None:
            yield "steps", "epochs is given already; drop one of the two"
        elif self.steps is not None and self.steps <= self.warmup_steps:
            yield "steps", f"expected more than {self.warmup_steps}, because the steps of warm-up are included"

    @property
    def over_run(self) -> bool:
        """Whether the schedule extends over the whole run: neither epochs nor steps are given."""
        return self.epochs is None and self.steps is None

    @property
    def by_steps(self) -> bool:
        """Whether the length is given in steps."""
        return self.steps is not None

    def length(self, context: ScheduleContext) -> int:
        """Return the length in steps, warm-up included."""
        epochs = context.epochs if self.epochs is None else self.epochs
        return epochs * context.steps_per_epoch if self.steps is None else self.steps

    def rate(self, step: int, context: ScheduleContext) -> float:
        """Return the rate of a step, or the last rate after the end."""
        length = max(self.length(context) - self.warmup_steps, 1)
        return self.along(min(step, length - 1), length)

    def along(self, step: int, length: int) -> float:
        """Return the rate of a step within the schedule.

        Args:
            step: number of the step after the warm-up, in [0, length - 1].
            length: number of steps after the warm-up, at least 1.
        """
        raise NotImplementedError
