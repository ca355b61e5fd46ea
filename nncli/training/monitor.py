"""Watching one column of the records for its best value."""

from __future__ import annotations

from dataclasses import dataclass
from math import isnan
from typing import Any

from nncli.core.text_format import count_noun
from nncli.training.events import Record


@dataclass
class Monitor:
    """The best value of a column so far.

    Args:
        column: of metrics.csv, such as val_loss.
        higher_is_better: its direction.
        min_delta: by how much a value has to be better to count.
    """

    column: str
    higher_is_better: bool = False
    min_delta: float = 0.0
    best: float | None = None
    best_epoch: int = 0
    waited: int = 0

    def update(self, record: Record) -> bool:
        """Whether this record is the best so far; nan never is, unless it is the first of all."""
        value = record[self.column]
        gain = 0.0 if self.best is None else (value - self.best) * (1 if self.higher_is_better else -1)
        if self.best is None or (isnan(self.best) and not isnan(value)) or gain > self.min_delta:
            self.best, self.best_epoch, self.waited = value, int(record["epoch"]), 0
            return True
        self.waited += 1
        return False

    def __str__(self) -> str:
        best = "nothing yet" if self.best is None else f"{self.best:.6g} in epoch {self.best_epoch}"
        return f"{self.column} has not improved for {count_noun(self.waited, 'epoch')}; its best was {best}"

    def state(self) -> dict[str, Any]:
        """Plain values for `restore`."""
        return {"best": self.best, "best_epoch": self.best_epoch, "waited": self.waited}

    def restore(self, state: dict[str, Any]) -> None:
        """Goes on from a stored state."""
        self.best, self.best_epoch, self.waited = state["best"], state["best_epoch"], state["waited"]
