"""Format events as plain lines, for train.log and for output without a terminal."""

from __future__ import annotations

import shlex
from math import isfinite

from nncli.core.text_format import count_noun, format_parameter_count
from nncli.lifecycle.run_events import FINISHED_BEFORE, RunEnded, RunEvent, RunStarted
from nncli.training.events import EpochEnded, Record, StepSkipped, TrainingEnded

UNMEASURED = ("epoch", "step", "learning_rate", "seconds")  # columns of metrics.csv that are not losses or metrics


def event_lines(event: RunEvent, epochs: int = 0) -> list[str]:
    """Return the lines that describe an event; empty for most steps.

    Args:
        event: the event.
        epochs: the total number of epochs, for "epoch 3/40".
    """
    match event:
        case RunStarted():
            return _start_lines(event)
        case EpochEnded(record=record):
            width = len(str(epochs))
            return [
                f"epoch {int(record['epoch']):>{width}}/{epochs}  {format_metrics(record)}  {record['seconds']:.2f} s"
            ]
        case StepSkipped():
            place = f"epoch {event.epoch}, step {event.step}"
            so_far = f"{count_noun(event.count, 'skipped step')} so far"
            return [f"{place}: skipped, because it produced NaN or infinity ({so_far})"]
        case TrainingEnded(reason="early_stopping"):
            return [f"stopped early: {event.detail}"]
        case RunEnded(reason=reason):
            return _finished_before_lines(event) if reason == FINISHED_BEFORE else _end_lines(event)
        case _:
            return []


def _start_lines(started: RunStarted) -> list[str]:
    rows = ", ".join(f"{count:,} {name}" for name, count in started.rows.items())
    size = format_parameter_count(started.parameters, started.buffers)
    notes = [f"note: {note}" for note in started.notes]
    lines = [*notes, f"{started.name}: {rows} rows; {size}; {started.epochs} epochs"]
    return [*lines, started.resuming] if started.resuming else lines


def _finished_before_lines(ended: RunEnded) -> list[str]:
    path = shlex.quote(ended.path or "")
    notes = [f"note: {ended.note}"] if ended.note else []
    finished = f"the run in {path} is finished"
    if ended.extend_with is None:
        return [*notes, f"{finished}: its learning rate is down to 0; for more epochs start a new run"]
    longer = f"nncli resume {path}{ended.options} --set training.epochs=N {ended.extend_with}".rstrip()
    return [*notes, f"{finished}; to train it longer: {longer}"]


def _end_lines(ended: RunEnded) -> list[str]:
    lines = [f"best epoch {int(ended.best['epoch'])}: {format_metrics(ended.best)}"]
    if ended.test:
        lines.append(f"test: {format_metrics(ended.test)}")
    if ended.note:
        lines.append(f"note: {ended.note}")
    if ended.path is not None:
        path = shlex.quote(ended.path)
        lines.append(f"run directory: {path} ({ended.seconds:.1f} s of training)")
        lines.append(f"next: nncli predict {path} INPUT{ended.options}")
    return lines


def format_metrics(record: Record) -> str:
    """Return the losses and metrics of a record as text: "val_loss 0.0412  val_accuracy 0.9833"."""
    return "  ".join(f"{name} {format_short(value)}" for name, value in record.items() if name not in UNMEASURED)


def format_short(value: float) -> str:
    """Return a number as text with about four significant digits."""
    if not isfinite(value):
        return str(value)
    if abs(value) >= 1000:
        return f"{value:,.0f}"
    if abs(value) >= 0.001 or value == 0:
        return f"{value:.4f}"
    return f"{value:.2e}"
