"""Show the events of a run: a progress bar on a terminal, plain lines elsewhere."""

from __future__ import annotations

import contextlib
import sys
from typing import TYPE_CHECKING

from nncli.cli.console import print_message
from nncli.cli.progress_bar import ProgressBar

if TYPE_CHECKING:
    from nncli.lifecycle.run_events import RunEvent


class RunDisplay:
    """A listener that shows the events of a run to the user.

    Args:
        quiet: whether to show nothing.
    """

    def __init__(self, *, quiet: bool) -> None:
        self._training = False  # True between the first and the last event of a run
        self._quiet = quiet
        self._epochs = 0
        self._bar: ProgressBar | None = None

    def __enter__(self) -> RunDisplay:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def __call__(self, event: RunEvent) -> None:
        """Show one event; the run continues if standard error is closed."""
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
                self._bar.show_step(event.epoch, event.step_in_epoch, event.loss)
            return
        from nncli.lifecycle.log_lines import event_lines
        from nncli.lifecycle.run_events import RunEnded, RunStarted

        if isinstance(event, RunStarted):
            self._epochs = event.epochs
        if isinstance(event, RunEnded):
            self.close()
        if self._bar is not None and isinstance(event, EpochEnded):
            self._bar.show_epoch(event.record)
        else:
            for line in event_lines(event, self._epochs):
                self._print_line(line)
        if isinstance(event, RunStarted) and sys.stderr.isatty():
            self._bar = ProgressBar(event)

    def stopping(self) -> None:
        """Confirm the first Ctrl-C, because the current step may take long."""
        if self._training and not self._quiet:
            with contextlib.suppress(OSError):
                self._print_line("stopping after this step; press Ctrl-C again to quit now")

    def _print_line(self, line: str) -> None:
        if self._bar is None:
            print_message(line)
        else:
            self._bar.print_line(line)

    def close(self) -> None:
        """Remove the progress bar, if any, and restore the terminal."""
        if self._bar is not None:
            with contextlib.suppress(OSError):
                self._bar.close()
            self._bar = None
