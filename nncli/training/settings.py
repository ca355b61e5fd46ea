"""The settings of a trainer, and the protocols of its data."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal, Protocol

from nncli.core.batch import Batch


class Batches(Protocol):
    """Training rows in batches."""

    @property
    def per_epoch(self) -> int:
        """Number of batches per epoch."""

    def epoch(self, number: int, skip: int = 0) -> Iterator[Batch]:
        """Yield the batches of an epoch, without the first `skip`."""


class EvaluationRows(Protocol):
    """Rows to evaluate."""

    def batches(self, size: int) -> Iterator[Batch]:
        """Yield all rows, in order, in batches of at most `size` rows."""


@dataclass(frozen=True)
class Settings:
    """The settings of a trainer.

    Args:
        epochs: number of epochs, at least 1.
        seed: the run's seed.
        batches_per_step: batches per step (gradient accumulation); the last step of an epoch may have fewer.
        clip_norm: maximum norm of the gradient, above 0; None for no clipping.
        on_nonfinite: whether to stop at a step that produces NaN or infinity, or to skip the step.
        patience: epochs without improvement after which early stopping ends the run; None for no early stopping.
    """

    epochs: int
    seed: int = 0
    batches_per_step: int = 1
    clip_norm: float | None = None
    on_nonfinite: Literal["stop", "skip"] = "stop"
    patience: int | None = None
