"""Running sums of a loss and some metrics."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from nncli.core.types import Array
from nncli.nn.metric import Metric


class Tally:
    """The loss and the metrics of all rows added so far.

    Args:
        metrics: what to measure beside the loss.
    """

    __slots__ = ("divisor", "loss", "metrics", "states")

    def __init__(self, metrics: Sequence[Metric]) -> None:
        self.metrics = tuple(metrics)
        self.loss = 0.0
        self.divisor = 0.0
        self.states: list[Array] = [np.empty(0) for _ in metrics]

    def add(self, loss: float, divisor: float, states: Sequence[Array]) -> None:
        """Adds the sums of some rows."""
        self.loss += loss
        self.divisor += divisor
        for index, metric in enumerate(self.metrics):
            self.states[index] = metric.merge(self.states[index], states[index])

    def measure(self, prediction: Array, targets: Array, weights: Array | None) -> list[Array]:
        """The metrics' states for these rows alone."""
        return [metric.measure(prediction, targets, weights) for metric in self.metrics]

    def results(self) -> dict[str, float]:
        """The mean loss and every metric, by name."""
        values = {"loss": self.loss / self.divisor}
        for metric, state in zip(self.metrics, self.states, strict=True):
            values[metric.type_name] = metric.finish(state)
        return values
