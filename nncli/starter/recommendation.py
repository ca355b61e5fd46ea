"""Recommend settings for a task by its size: layers, splits, and the length of training."""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil

from nncli.starter.inferred_task import InferredTask

MIN_CONVOLUTION_SIDE = 12  # pixels; smaller images get neither convolutions nor pooling
STEPS = {"table": 6000, "images": 1500, "sequences": 1500}  # optimizer steps that usually suffice


@dataclass(frozen=True)
class Recommendation:
    """The recommended settings of a starter config.

    Args:
        filters: filters of each convolution, followed by pooling; empty for tables and small images.
        lstm_units: units of the LSTM layer for sequences; 0 for no LSTM layer.
        units: units of each hidden dense layer.
        dropout: dropout rate after each hidden dense layer.
        held_out: share of the rows in the validation split, and also in the test split; 0 for none.
        tested: whether there are enough rows for a test split.
        stratify: whether each split takes the same share of every class.
        batch_size: rows per batch.
        epochs: maximum number of epochs.
        patience: patience of early stopping, in epochs.
    """

    filters: tuple[int, ...]
    lstm_units: int
    units: tuple[int, ...]
    dropout: float
    held_out: float
    tested: bool
    stratify: bool
    batch_size: int
    epochs: int
    patience: int


def recommend(task: InferredTask) -> Recommendation:
    """Return settings that suit the size of a task."""
    rows = task.rows
    convolutions = task.images and min(task.input_shape[:2]) >= MIN_CONVOLUTION_SIDE
    dense = (32,) if rows < 1000 else (64, 32) if rows < 10_000 else (128, 64)
    batch_size = 32 if rows < 5000 else 128
    sequential = task.symbols > 0 or task.sequences
    steps = STEPS["sequences" if sequential else "images" if convolutions else "table"]
    epochs = min(max(ceil(steps * batch_size / rows), 10), 100)
    return Recommendation(
        filters=(8, 16) if convolutions else (),
        lstm_units=32 if sequential else 0,
        units=() if sequential else (32,) if convolutions else dense,
        dropout=0.2 if convolutions or rows < 2000 else 0.1,
        held_out=0.0 if rows < 20 else 0.2 if rows < 2000 else 0.1,
        tested=rows >= 100,
        stratify=task.smallest_class >= 20,
        batch_size=batch_size,
        epochs=epochs,
        patience=max(10, epochs // 5),
    )
