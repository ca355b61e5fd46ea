"""Events as plain lines: for train.log, and for the user where there is no terminal."""

from __future__ import annotations

import shlex
from math import isfinite

from nncli.core.text_format import format_parameter_count
from nncli.training.events import EpochEnded, Record, StepSkipped, TrainingEnded
from nncli.workflows.events import FINISHED_BEFORE, RunEnded, RunEvent, RunStarted

WHERE = ("epoch", "step", "learning_rate", "seconds")  # columns that are not measured


def narrate(event: RunEvent, epochs: int = 0) -> list[str]:
    """The lines that tell of an event; most steps have none.

    Args:
        event: what happened.
        epochs: how many epochs there will be, for "epoch 3/40".
    """
    match event:
        case RunStarted():
            rows = ", ".join(f"{count:,} {name}" for name, count in event.rows.items())
            lines = [f"note: {note}" for note in event.notes]
            size = format_parameter_count(event.parameters, event.running_values)
            lines.append(f"{event.name}: {rows} rows; {size}; {event.epochs} epochs")
            if event.going_on:
                lines.append(event.going_on)
            return lines
        case EpochEnded(record=record):
            width = len(str(epochs))
            return [f"epoch {int(record['epoch']):>{width}}/{epochs}  {measures(record)}  {record['seconds']:.2f} s"]
        case StepSkipped():
            place = f"epoch {event.epoch}, step {event.step}"
            return [f"{place}: skipped, its numbers are not finite ({event.count} so far)"]
        case TrainingEnded(reason="early_stopping"):
            return [f"stopped early: {event.detail}"]
        case RunEnded():
            return _ending(event)
        case _:
            return []


def _ending(ended: RunEnded) -> list[str]:
    path = None if ended.path is None else shlex.quote(ended.path)
    if ended.reason == FINISHED_BEFORE:
        notes = [f"note: {ended.note}"] if ended.note else []
        if ended.longer is None:
            return [
                *notes,
                f"the run in {path} is finished: its learning rate is down to 0; for more epochs train anew",
            ]
        longer = f"nncli resume {path}{ended.options} --set training.epochs=N {ended.longer}".rstrip()
        return [*notes, f"the run in {path} is finished; to train it longer: {longer}"]
    lines = [f"best epoch {int(ended.best['epoch'])}: {measures(ended.best)}"]
    if ended.test:
        lines.append(f"test: {measures(ended.test)}")
    if ended.note:
        lines.append(f"note: {ended.note}")
    if path is not None:
        lines.append(f"run directory: {path} ({ended.seconds:.1f} s of training)")
        lines.append(f"next: nncli predict {path} INPUT{ended.options}")
    return lines


def measures(record: Record) -> str:
    """The measured values of a record: "val_loss 0.0412  val_accuracy 0.9833"."""
    return "  ".join(f"{name} {short(value)}" for name, value in record.items() if name not in WHERE)


def short(value: float) -> str:
    """A number with about four significant digits."""
    if not isfinite(value):
        return str(value)
    if abs(value) >= 1000:
        return f"{value:,.0f}"
    if abs(value) >= 0.001 or value == 0:
        return f"{value:.4f}"
    return f"{value:.2e}"
