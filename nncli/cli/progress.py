"""What is seen of a run while it goes on: a live bar on a terminal, plain lines elsewhere."""

from __future__ import annotations

import contextlib
import sys
import time
from typing import TYPE_CHECKING, Any

from nncli.cli.console import print_message

if TYPE_CHECKING:
    from nncli.lifecycle.run_events import RunEvent, RunStarted

BAR = 20  # characters of the bar
OTHERS = 10  # of the time that remains and of the gaps between
REFRESH = 0.1  # seconds between two looks at the steps of an epoch


class RunDisplay:
    """A listener that shows a run to the user.

    Args:
        quiet: show nothing.
    """

    def __init__(self, *, quiet: bool) -> None:
        self._training = False  # whether a run has begun and has not ended
        self._quiet = quiet
        self._epochs = 0
        self._bar: _Bar | None = None

    def __enter__(self) -> RunDisplay:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def __call__(self, event: RunEvent) -> None:
        """Shows one event; a run goes on where nobody reads what is shown any more."""
        self._training = type(event).__name__ != "RunEnded"
        if self._quiet:
            return
        try:
            self._show(event)
        except OSError:
            self._quiet = True

    def _show(self, event: RunEvent) -> None:
        from nncli.training.events import EpochEnded, StepEnded

        if isinstance(event, StepEnded):
            if self._bar is not None:
                self._bar.step(event.epoch, event.step_in_epoch, event.loss)
            return
        from nncli.lifecycle.run_events import RunEnded, RunStarted
        from nncli.lifecycle.run_lines import event_lines

        if isinstance(event, RunStarted):
            self._epochs = event.epochs
        if isinstance(event, RunEnded):
            self.close()
        if self._bar is not None and isinstance(event, EpochEnded):
            self._bar.epoch(event.record)
        else:
            for line in event_lines(event, self._epochs):
                self._line(line)
        if isinstance(event, RunStarted) and sys.stderr.isatty():
            self._bar = _Bar(event)

    def stopping(self) -> None:
        """Shows that Ctrl-C was heard, which may take as long as a step."""
        if self._training and not self._quiet:
            with contextlib.suppress(OSError):
                self._line("stopping after this step; a second time ends at once")

    def _line(self, line: str) -> None:
        if self._bar is None:
            print_message(line)
        else:
            self._bar.line(line)

    def close(self) -> None:
        """Leaves the terminal as it was."""
        if self._bar is not None:
            with contextlib.suppress(OSError):
                self._bar.close()
            self._bar = None


def fitting(record: dict[str, float], room: int) -> str:
    """As many of the measures as there is room for, the losses first."""
    from nncli.lifecycle.run_lines import UNMEASURED, measures

    names = [name for name in record if name not in UNMEASURED]
    shown: set[str] = set()
    for name in sorted(names, key=lambda name: (not name.endswith("_loss"), not name.startswith("val_"))):
        wider = {other: record[other] for other in names if other in {*shown, name}}
        if len(measures(wider)) <= room:
            shown.add(name)
    return measures({name: record[name] for name in names if name in shown})


class _Bar:
    """A live progress bar over epochs and the steps within them."""

    def __init__(self, started: RunStarted) -> None:
        from rich.console import Console
        from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

        self._steps_per_epoch = started.steps_per_epoch
        self._measures = ""
        self._shown = 0.0
        self._progress = Progress(
            TextColumn("epoch {task.fields[epoch]}/{task.fields[epochs]}"),
            BarColumn(BAR),
            TimeRemainingColumn(compact=True),
            TextColumn("{task.fields[measures]}", markup=False),
            console=Console(stderr=True),
            refresh_per_second=8,
        )
        self._room = self._progress.console.width - BAR - len(f"epoch {started.epochs}/{started.epochs}") - OTHERS
        fields: dict[str, Any] = {"epochs": started.epochs, "epoch": started.first_epoch, "measures": ""}
        done = (started.first_epoch - 1) * self._steps_per_epoch
        total = started.epochs * self._steps_per_epoch
        self._task = self._progress.add_task("train", total=total, completed=done, **fields)
        self._progress.start()

    def step(self, epoch: int, step_in_epoch: int, loss: float) -> None:
        now = time.monotonic()
        if now - self._shown < REFRESH:
            return
        self._shown = now
        done = (epoch - 1) * self._steps_per_epoch + step_in_epoch
        measures = self._measures or f"train_loss {loss:.4f}"
        self._progress.update(self._task, completed=done, epoch=epoch, measures=measures)

    def epoch(self, record: dict[str, float]) -> None:
        number = int(record["epoch"])
        self._measures = fitting(record, self._room)
        done = number * self._steps_per_epoch
        self._progress.update(self._task, completed=done, epoch=number, measures=self._measures)

    def line(self, line: str) -> None:
        """A line above the bar."""
        self._progress.console.print(line, markup=False, highlight=False, soft_wrap=True)

    def close(self) -> None:
        self._progress.stop()
