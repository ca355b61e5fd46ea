"""Reduce the learning rate on plateaus."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Annotated, Any

from annotated_types import Ge, Gt, Interval

from nncli.optim.schedule import Schedule, ScheduleContext, schedule, schedule_of


@schedule("reduce_on_plateau", "reduce_lr_on_plateau")
@dataclass(frozen=True)
class ReduceOnPlateau(Schedule):
    """Reduce on plateau: multiply the rate by a factor when a monitored metric has stopped improving.

    rate = max(initial * factor^n, final), n = number of reductions so far

    After every epoch the metric is compared with its best value so far; whether higher or lower is better depends on
    the metric. After `patience` consecutive epochs without improvement, the rate is reduced and the count restarts.
    early_stopping and Keras count the same way; PyTorch needs a patience that is
    lower by one.

    Args:
        initial: first learning rate, above 0.
        factor: factor of each reduction, above 0 and below 1.
        patience: epochs without improvement before a reduction, at least 1.
        monitor: a column of metrics.csv; default val_loss, or train_loss without validation data.
        min_delta: minimum change that counts as an improvement, at least 0.
        cooldown: epochs after a reduction that do not count, at least 0.
        final: lowest learning rate, at least 0.
    """

    initial: Annotated[float, Gt(0)]
    factor: Annotated[float, Interval(gt=0, lt=1)] = 0.1
    patience: Annotated[int, Ge(1)] = 10
    monitor: str | None = None
    min_delta: Annotated[float, Ge(0)] = 0.0
    cooldown: Annotated[int, Ge(0)] = 0
    final: Annotated[float, Ge(0)] = 0.0

    def conflicts(self) -> Iterable[tuple[str, str]]:
        """Refuse a final rate above the initial rate."""
        if self.final > self.initial:
            yield "final", f"expected at most the initial rate, which is {self.initial:g}; got {self.final:g}"

    @property
    def by_steps(self) -> bool:
        """Return False, since the metric is measured per epoch."""
        return False

    def rate(self, step: int, context: ScheduleContext) -> float:
        """Return the rate after the reductions so far."""
        reduced: float = self.initial * self.factor**context.reductions
        return max(reduced, self.final)


def plateau_of(optimizer: Any) -> ReduceOnPlateau | None:
    """Return the schedule of an optimizer if it is a `reduce_on_plateau`, or None."""
    schedule = schedule_of(optimizer)
    return schedule if isinstance(schedule, ReduceOnPlateau) else None
