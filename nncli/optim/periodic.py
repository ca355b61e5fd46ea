"""The base class of schedules with a period."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Annotated

from annotated_types import Ge

from nncli.optim.schedule import Schedule, ScheduleContext


@dataclass(frozen=True, kw_only=True)
class Periodic(Schedule):
    """The base of schedules with a period, counted from the end of the warm-up.

    Args:
        every_epochs: period in epochs, at least 1; default 1 unless every_steps is given.
        every_steps: period in steps, at least 1; instead of every_epochs.
    """

    every_epochs: Annotated[int, Ge(1)] | None = None
    every_steps: Annotated[int, Ge(1)] | None = None

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.every_epochs is None and self.every_steps is None:
            object.__setattr__(self, "every_epochs", 1)

    def conflicts(self) -> Iterable[tuple[str, str]]:
        """Refuse two periods."""
        if self.every_epochs is not None and self.every_steps is not None:
            yield "every_steps", "every_epochs is given already; drop one of the two"

    @property
    def by_steps(self) -> bool:
        """Whether the period is given in steps."""
        return self.every_steps is not None

    def period(self, context: ScheduleContext) -> int:
        """Return the period in steps."""
        return self.every_steps or (self.every_epochs or 1) * context.steps_per_epoch
