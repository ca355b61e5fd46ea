"""What happens during training, in the order in which it happens."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

Record: TypeAlias = dict[str, float]


@dataclass(frozen=True, slots=True)
class StepEnded:
    """A step is done and the weights are changed.

    Args:
        epoch: the number of the running epoch, from 1.
        step: steps done in the whole run.
        step_in_epoch: steps done in this epoch.
        loss: the mean loss of the epoch so far.
    """

    epoch: int
    step: int
    step_in_epoch: int
    loss: float


@dataclass(frozen=True, slots=True)
class StepSkipped:
    """A step was left out because its loss or gradient is not finite."""

    epoch: int
    step: int
    count: int


@dataclass(frozen=True, slots=True)
class RowsMeasured:
    """Some of the validation rows are measured; the state is that after the epoch's last step.

    Args:
        epoch: the number of the running epoch, from 1.
        rows: how many are measured so far.
    """

    epoch: int
    rows: int


@dataclass(frozen=True, slots=True)
class EpochEnded:
    """An epoch is done and validated.

    Args:
        record: the row of metrics.csv.
        best: whether the monitored value is the best so far.
        last: whether training ends here.
    """

    record: Record
    best: bool
    last: bool


@dataclass(frozen=True, slots=True)
class TrainingEnded:
    """Training is over.

    Args:
        reason: completed, or early_stopping.
        detail: which measure has not improved, where it stopped early.
    """

    reason: Literal["completed", "early_stopping"]
    detail: str = ""


Event: TypeAlias = StepEnded | StepSkipped | RowsMeasured | EpochEnded | TrainingEnded
