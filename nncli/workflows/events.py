"""What a listener hears of a run, beside the events of training."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TypeAlias

from nncli.training.events import Event, Record


@dataclass(frozen=True)
class RunStarted:
    """Everything is checked and training begins.

    Args:
        name: of the run.
        path: its directory, or None where nothing is written.
        rows: how many there are for train, validation and test.
        parameters: how many numbers are trained.
        epochs: how many there will be in all.
        steps_per_epoch: how many steps each has.
        first_epoch: the number of the first one to do, above 1 where a run goes on.
        notes: what the user should know.
        going_on: from where, in words, where a run goes on.
        running_values: how many are not trained but kept beside, such as running statistics.
    """

    name: str
    path: str | None
    rows: dict[str, int]
    parameters: int
    epochs: int
    steps_per_epoch: int
    first_epoch: int = 1
    notes: tuple[str, ...] = ()
    going_on: str = ""
    running_values: int = 0


@dataclass(frozen=True)
class RunEnded:
    """Training is over and all files are written.

    Args:
        path: the run directory, or None where nothing was written.
        reason: completed, early_stopping, or finished before where there was nothing to do.
        best: the record of the best epoch.
        last: the record of the last epoch.
        test: the test metrics with the best weights, where there are test rows.
        seconds: what all epochs took.
        note: what may be wrong, where the model has learnt nothing.
        options: what further commands have to be given, such as " --plugin mine.py".
        longer: the setting that the run wants beside more epochs, where it has ended before; None where its learning
            rate has gone down to 0, so that more epochs would change nothing.
    """

    path: str | None
    reason: str
    best: Record
    last: Record
    test: dict[str, float] = field(default_factory=dict)
    seconds: float = 0.0
    note: str = ""
    options: str = ""
    longer: str | None = ""


FINISHED_BEFORE = "finished before"

RunEvent: TypeAlias = Event | RunStarted | RunEnded
Listener: TypeAlias = Callable[[RunEvent], None]


def silent(event: RunEvent) -> None:
    """A listener that does nothing."""
