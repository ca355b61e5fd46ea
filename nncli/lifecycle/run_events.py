"""Events of a run that a listener receives in addition to the events of training."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TypeAlias

from nncli.training.events import Event, Record


@dataclass(frozen=True)
class RunStarted:
    """Config and data are valid and training begins.

    Args:
        name: name of the run.
        path: the run directory, or None if nothing is written.
        rows: number of training, validation and test rows.
        parameters: number of trainable parameters.
        epochs: number of epochs in total.
        steps_per_epoch: number of steps per epoch.
        first_epoch: the first epoch to train, above 1 if the run resumes.
        notes: notes for the user.
        resuming: the epoch and step at which the run resumes, as text; empty for a new run.
        buffers: number of values in non-trainable buffers, such as running statistics.
    """

    name: str
    path: str | None
    rows: dict[str, int]
    parameters: int
    epochs: int
    steps_per_epoch: int
    first_epoch: int = 1
    notes: tuple[str, ...] = ()
    resuming: str = ""
    buffers: int = 0

    @property
    def going_on(self) -> str:
        """The older name of `resuming`."""
        return self.resuming

    @property
    def running_values(self) -> int:
        """The older name of `buffers`."""
        return self.buffers


@dataclass(frozen=True)
class RunEnded:
    """Training is over and all files are written.

    Args:
        path: the run directory, or None if nothing was written.
        reason: completed, early_stopping, or FINISHED_BEFORE if there was nothing to train.
        best: the record of the best epoch.
        last: the record of the last epoch.
        test: the test metrics with the best weights, if there are test rows.
        seconds: duration of all epochs.
        note: a likely cause if the model has learned nothing, or the changed settings that a finished run ignores;
            otherwise empty.
        options: options that further commands need, such as " --plugin mine.py".
        extend_with: the setting needed, in addition to more epochs, to extend a finished run; "" if none is needed;
            None if the learning rate has reached 0, so that more epochs would change nothing.
    """

    path: str | None
    reason: str
    best: Record
    last: Record
    test: dict[str, float] = field(default_factory=dict)
    seconds: float = 0.0
    note: str = ""
    options: str = ""
    extend_with: str | None = ""

    @property
    def longer(self) -> str | None:
        """The older name of `extend_with`."""
        return self.extend_with


FINISHED_BEFORE = "finished before"

RunEvent: TypeAlias = Event | RunStarted | RunEnded
Listener: TypeAlias = Callable[[RunEvent], None]


def silent(event: RunEvent) -> None:
    """Ignore an event."""
