"""A batch: the rows that one step, shard or machine computes together."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from nncli.core.types import Array


@dataclass(slots=True)
class Batch:
    """Inputs, targets and weights of the same n rows.

    Args:
        inputs: (n, *input shape).
        targets: (n, ...) as the loss takes them; None for prediction.
        weights: (n,) weight of each row in the loss; None if all are 1.
        metric_weights: (n,) weight of each row in metrics; None if all are 1.
        first_row: index of the first row among all rows of the step; the random numbers of a row depend on its index.
    """

    inputs: Array
    targets: Array | None = None
    weights: Array | None = None
    metric_weights: Array | None = None
    first_row: int = 0

    def __len__(self) -> int:
        return len(self.inputs)

    @property
    def divisor(self) -> float:
        """The divisor of a mean over this batch: the number of rows, or the sum of their weights."""
        return float(len(self.inputs)) if self.weights is None else float(self.weights.sum(dtype=np.float64))

    def slice_rows(self, start: int, stop: int) -> Batch:
        """Return rows `start` to `stop` as views."""
        return Batch(
            self.inputs[start:stop],
            None if self.targets is None else self.targets[start:stop],
            None if self.weights is None else self.weights[start:stop],
            None if self.metric_weights is None else self.metric_weights[start:stop],
            self.first_row + start,
        )
