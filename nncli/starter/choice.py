"""What suits a task: layers, scaling, shares, and how long to train."""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil

from nncli.starter.task import Task

SMALLEST_IMAGE = 12  # pixels a side; below, convolutions and pooling leave nothing
STEPS = {"table": 6000, "images": 1500, "sequences": 1500}  # of training that usually suffice


@dataclass(frozen=True)
class Choice:
    """The numbers of a first config.

    Args:
        filters: of the convolutions, each followed by pooling; none for tables and small images.
        state: units of the lstm that reads symbols or other sequences; 0 for none.
        units: of the hidden dense layers.
        dropout: after each of them; 0 for none.
        held_out: the share of rows for validation, and for the test; 0 for none.
        tested: whether there are enough rows for a test of its own.
        stratify: whether every class is split by that share.
        batch_size: rows a step.
        epochs: how many.
        patience: of early stopping.
    """

    filters: tuple[int, ...]
    state: int
    units: tuple[int, ...]
    dropout: float
    held_out: float
    tested: bool
    stratify: bool
    batch_size: int
    epochs: int
    patience: int


def choose(task: Task) -> Choice:
    """What suits the task, as far as its size says."""
    rows = task.rows
    convolutions = task.images and min(task.input_shape[:2]) >= SMALLEST_IMAGE
    dense = (32,) if rows < 1000 else (64, 32) if rows < 10_000 else (128, 64)
    batch_size = 32 if rows < 5000 else 128
    in_order = task.symbols > 0 or task.sequences
    steps = STEPS["sequences" if in_order else "images" if convolutions else "table"]
    epochs = min(max(ceil(steps * batch_size / rows), 10), 100)
    return Choice(
        filters=(8, 16) if convolutions else (),
        state=32 if in_order else 0,
        units=() if in_order else (32,) if convolutions else dense,
        dropout=0.2 if convolutions or rows < 2000 else 0.1,
        held_out=0.0 if rows < 20 else 0.2 if rows < 2000 else 0.1,
        tested=rows >= 100,
        stratify=task.smallest_class >= 20,
        batch_size=batch_size,
        epochs=epochs,
        patience=max(10, epochs // 5),
    )
