"""Counting how often a column of the records has stopped improving."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from nncli.training.events import Record
from nncli.training.monitor import Monitor


@dataclass
class Plateau:
    """How often the learning rate is to be reduced.

    Args:
        monitor: watches the column.
        patience: after how many epochs without improvement it is reduced, and counting begins anew.
        cooldown: epochs after a reduction that do not count.
        reductions: so far.
        resting: how many epochs of the cooldown are left.
    """

    monitor: Monitor
    patience: int
    cooldown: int = 0
    reductions: int = 0
    resting: int = 0

    def update(self, record: Record) -> None:
        """Looks at the record of an epoch."""
        self.monitor.update(record)
        if self.resting:
            self.resting -= 1
            self.monitor.waited = 0
        elif self.monitor.waited >= self.patience:
            self.reductions += 1
            self.resting = self.cooldown
            self.monitor.waited = 0

    def follow(self, earlier: Plateau) -> None:
        """Goes on from another one; where that watched another column, with its reductions alone."""
        if self.monitor.column == earlier.monitor.column:
            self.restore(earlier.state())
        else:
            self.reductions = earlier.reductions

    def state(self) -> dict[str, Any]:
        """Plain values for `restore`."""
        return {**self.monitor.state(), "reductions": self.reductions, "resting": self.resting}

    def restore(self, state: dict[str, Any]) -> None:
        """Goes on from a stored state."""
        self.monitor.restore(state)
        self.reductions, self.resting = state["reductions"], state["resting"]
