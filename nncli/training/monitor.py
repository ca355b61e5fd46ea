"""Monitor one column of metrics.csv for its best value."""

from __future__ import annotations

from dataclasses import dataclass
from math import isnan
from typing import Any

from nncli.core.text_format import count_noun
from nncli.training.events import Record


@dataclass
class Monitor:
    """The best value of a column so far, and the number of epochs since then.

    Args:
        column: a column of metrics.csv, such as val_loss.
        higher_is_better: whether higher values are better.
        min_delta: minimum change that counts as an improvement, not negative.
        best: the best value so far; None before the first epoch.
        best_epoch: the epoch of the best value.
        epochs_without_improvement: epochs since the best value.
    """

    column: str
    higher_is_better: bool = False
    min_delta: float = 0.0
    best: float | None = None
    best_epoch: int = 0
    epochs_without_improvement: int = 0

    def update(self, record: Record) -> bool:
        """Update with the record of an epoch, and return whether it is the best so far.

        NaN is never the best, except in the first epoch.
        """
        value = record[self.column]
        gain = 0.0 if self.best is None else (value - self.best) * (1 if self.higher_is_better else -1)
        if self.best is None or (isnan(self.best) and not isnan(value)) or gain > self.min_delta:
            self.best, self.best_epoch, self.epochs_without_improvement = value, int(record["epoch"]), 0
            return True
        self.epochs_without_improvement += 1
        return False

    def __str__(self) -> str:
        best = "nothing yet" if self.best is None else f"{self.best:.6g} in epoch {self.best_epoch}"
        epochs = count_noun(self.epochs_without_improvement, "epoch")
        return f"{self.column} has not improved for {epochs}; its best was {best}"

    def state(self) -> dict[str, Any]:
        """Return the state as plain values, for `restore`."""
        return {"best": self.best, "best_epoch": self.best_epoch, "waited": self.epochs_without_improvement}

    def restore(self, state: dict[str, Any]) -> None:
        """Restore a stored state."""
        self.best, self.best_epoch = state["best"], state["best_epoch"]
        self.epochs_without_improvement = state["waited"]
