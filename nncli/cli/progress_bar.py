"""A live progress bar on the terminal."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from nncli.lifecycle.run_events import RunStarted

BAR_WIDTH = 20  # characters
OTHER_WIDTH = 10  # characters for the remaining time and the gaps between columns
REFRESH_SECONDS = 0.1  # minimum time between two updates within an epoch


class ProgressBar:
    """A bar over all steps of a run, with the latest loss and metrics beside it.

    Args:
        started: the event that started the run.
    """

    def __init__(self, started: RunStarted) -> None:
        from rich.console import Console
        from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

        self._steps_per_epoch = started.steps_per_epoch
        self._measures = ""
        self._updated = 0.0  # time of the last update within an epoch
        self._progress = Progress(
            TextColumn("epoch {task.fields[epoch]}/{task.fields[epochs]}"),
            BarColumn(BAR_WIDTH),
            TimeRemainingColumn(compact=True),
            TextColumn("{task.fields[measures]}", markup=False),
            console=Console(stderr=True),
            refresh_per_second=8,
        )
        taken = BAR_WIDTH + len(f"epoch {started.epochs}/{started.epochs}") + OTHER_WIDTH
        self._measures_width = self._progress.console.width - taken
        fields: dict[str, Any] = {"epochs": started.epochs, "epoch": started.first_epoch, "measures": ""}
        done = (started.first_epoch - 1) * self._steps_per_epoch
        total = started.epochs * self._steps_per_epoch
        self._task = self._progress.add_task("train", total=total, completed=done, **fields)
        self._progress.start()

    def show_step(self, epoch: int, step_in_epoch: int, loss: float) -> None:
        """Move the bar to a step, at most once every `REFRESH_SECONDS`."""
        now = time.monotonic()
        if now - self._updated < REFRESH_SECONDS:
            return
        self._updated = now
        done = (epoch - 1) * self._steps_per_epoch + step_in_epoch
        measures = self._measures or f"train_loss {loss:.4f}"
        self._progress.update(self._task, completed=done, epoch=epoch, measures=measures)

    def show_epoch(self, record: dict[str, float]) -> None:
        """Move the bar to the end of an epoch and show its losses and metrics."""
        epoch = int(record["epoch"])
        self._measures = fit_measures(record, self._measures_width)
        self._progress.update(self._task, completed=epoch * self._steps_per_epoch, epoch=epoch, measures=self._measures)

    def print_line(self, line: str) -> None:
        """Print a line above the bar."""
        self._progress.console.print(line, markup=False, highlight=False, soft_wrap=True)

    def close(self) -> None:
        """Stop drawing and show the cursor again."""
        self._progress.stop()


def fit_measures(record: dict[str, float], width: int) -> str:
    """Format as many losses and metrics of an epoch as fit into a width; losses first, validation before training."""
    from nncli.lifecycle.log_lines import UNMEASURED, format_metrics

    names = [name for name in record if name not in UNMEASURED]
    shown: set[str] = set()
    for name in sorted(names, key=lambda name: (not name.endswith("_loss"), not name.startswith("val_"))):
        wider = {other: record[other] for other in names if other in {*shown, name}}
        if len(format_metrics(wider)) <= width:
            shown.add(name)
    return format_metrics({name: record[name] for name in names if name in shown})
