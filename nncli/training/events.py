"""The events of training, in the order in which they happen."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

Record: TypeAlias = dict[str, float]  # one row of metrics.csv, by column


@dataclass(frozen=True, slots=True)
class StepEnded:
    """A step has updated the weights.

    Args:
        epoch: number of the current epoch, from 1.
        step: number of steps in the whole run so far.
        step_in_epoch: number of steps in this epoch so far.
        loss: mean training loss of the epoch so far.
    """

    epoch: int
    step: int
    step_in_epoch: int
    loss: float


@dataclass(frozen=True, slots=True)
class StepSkipped:
    """A step was skipped because its loss or gradient is not finite.

    Args:
        epoch: number of the current epoch, from 1.
        step: number of steps in the whole run so far, skipped ones included.
        count: number of skipped steps so far.
    """

    epoch: int
    step: int
    count: int


@dataclass(frozen=True, slots=True)
class RowsMeasured:
    """Some validation rows have been evaluated, after the epoch's last step.

    Args:
        epoch: number of the current epoch, from 1.
        rows: number of rows evaluated so far.
    """

    epoch: int
    rows: int


@dataclass(frozen=True, slots=True)
class EpochEnded:
    """An epoch has ended and has been validated.

    Args:
        record: the epoch's row of metrics.csv.
        best: whether the monitored value is the best so far.
        last: whether training ends with this epoch.
    """

    record: Record
    best: bool
    last: bool


@dataclass(frozen=True, slots=True)
class TrainingEnded:
    """Training has ended.

    Args:
        reason: completed, or early_stopping.
        detail: for early stopping, which column has not improved.
    """

    reason: Literal["completed", "early_stopping"]
    detail: str = ""


Event: TypeAlias = StepEnded | StepSkipped | RowsMeasured | EpochEnded | TrainingEnded
