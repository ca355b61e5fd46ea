"""Count the reductions of the learning rate by `reduce_on_plateau`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from nncli.training.events import Record
from nncli.training.monitor import Monitor


@dataclass
class Plateau:
    """Count how often a monitored column has stopped improving; `reduce_on_plateau` reads the count.

    Args:
        monitor: monitor of the column.
        patience: epochs without improvement after which the rate is reduced and the count restarts, at least 1.
        cooldown: epochs after a reduction that do not count, not negative.
        reductions: number of reductions so far.
        cooldown_left: epochs left of the current cooldown.
    """

    monitor: Monitor
    patience: int
    cooldown: int = 0
    reductions: int = 0
    cooldown_left: int = 0

    def update(self, record: Record) -> None:
        """Update with the record of an epoch."""
        self.monitor.update(record)
        if self.cooldown_left:
            self.cooldown_left -= 1
            self.monitor.epochs_without_improvement = 0
        elif self.monitor.epochs_without_improvement >= self.patience:
            self.reductions += 1
            self.cooldown_left = self.cooldown
            self.monitor.epochs_without_improvement = 0

    def continue_from(self, earlier: Plateau) -> None:
        """Continue from an earlier training; if it monitored another column, only its reductions carry over."""
        if self.monitor.column == earlier.monitor.column:
            self.restore(earlier.state())
        else:
            self.reductions = earlier.reductions

    def state(self) -> dict[str, Any]:
        """Return the state as plain values, for `restore`."""
        return {**self.monitor.state(), "reductions": self.reductions, "resting": self.cooldown_left}

    def restore(self, state: dict[str, Any]) -> None:
        """Restore a stored state."""
        self.monitor.restore(state)
        self.reductions, self.cooldown_left = state["reductions"], state["resting"]
