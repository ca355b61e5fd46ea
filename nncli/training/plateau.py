"""Count how often a monitored column has stopped improving."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from nncli.training.events import Record
from nncli.training.monitor import Monitor


@dataclass
class Plateau:
    """How often `reduce_on_plateau` reduces the learning rate.

    Args:
        monitor: monitors the column.
        patience: epochs without improvement after which the rate is reduced and counting restarts, at least 1.
        cooldown: epochs after a reduction that do not count, at least 0.
        reductions: number of reductions so far.
        resting: epochs left of the cooldown.
    """

    monitor: Monitor
    patience: int
    cooldown: int = 0
    reductions: int = 0
    resting: int = 0

    def update(self, record: Record) -> None:
        """Count the epoch of a record."""
        self.monitor.update(record)
        if self.resting:
            self.resting -= 1
            self.monitor.epochs_without_improvement = 0
        elif self.monitor.epochs_without_improvement >= self.patience:
            self.reductions += 1
            self.resting = self.cooldown
            self.monitor.epochs_without_improvement = 0

    def continue_from(self, earlier: Plateau) -> None:
        """Continue from an earlier training; if it monitored another column, only its reductions carry over."""
        if self.monitor.column == earlier.monitor.column:
            self.restore(earlier.state())
        else:
            self.reductions = earlier.reductions

    def state(self) -> dict[str, Any]:
        """Return plain values for `restore`."""
        return {**self.monitor.state(), "reductions": self.reductions, "resting": self.resting}

    def restore(self, state: dict[str, Any]) -> None:
        """Restore a stored state."""
        self.monitor.restore(state)
        self.reductions, self.resting = state["reductions"], state["resting"]
