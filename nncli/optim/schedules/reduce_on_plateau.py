"""Down by a factor where a measure stops improving."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Annotated, Any

from annotated_types import Ge, Gt, Interval

from nncli.optim.schedule import Schedule, ScheduleContext, schedule, schedule_of


@schedule("reduce_on_plateau", "reduce_lr_on_plateau")
@dataclass(frozen=True)
class ReduceOnPlateau(Schedule):
    """The rate times a factor whenever a measure has not improved for some epochs.

    rate = max(initial factor^n, final), n = how often that was so

    After every epoch the measure is compared with its best value so far; the direction is the measure's own. After
    `patience` epochs in a row without improvement n grows by 1 and counting begins anew. So do early_stopping and
    Keras; PyTorch's patience is less by one for the same.

    Args:
        initial: the first rate, above 0.
        factor: what the rate is multiplied by, above 0 and below 1.
        patience: after how many epochs without improvement, at least 1.
        monitor: a column of metrics.csv; default val_loss, or train_loss where nothing is validated.
        min_delta: what counts as an improvement, at least 0.
        cooldown: epochs after a reduction that do not count.
        final: the lowest rate, at least 0.
    """

    initial: Annotated[float, Gt(0)]
    factor: Annotated[float, Interval(gt=0, lt=1)] = 0.1
    patience: Annotated[int, Ge(1)] = 10
    monitor: str | None = None
    min_delta: Annotated[float, Ge(0)] = 0.0
    cooldown: Annotated[int, Ge(0)] = 0
    final: Annotated[float, Ge(0)] = 0.0

    def conflicts(self) -> Iterable[tuple[str, str]]:
        """A lowest rate above the first."""
        if self.final > self.initial:
            yield "final", f"expected at most the initial rate, which is {self.initial:g}; got {self.final:g}"

    @property
    def by_steps(self) -> bool:
        """It hears of epochs alone."""
        return False

    def rate(self, step: int, context: ScheduleContext) -> float:
        """By the number of reductions."""
        reduced: float = self.initial * self.factor**context.reductions
        return max(reduced, self.final)


def plateau_of(optimizer: Any) -> ReduceOnPlateau | None:
    """The schedule of an optimizer, where it is of this kind."""
    schedule = schedule_of(optimizer)
    return schedule if isinstance(schedule, ReduceOnPlateau) else None
