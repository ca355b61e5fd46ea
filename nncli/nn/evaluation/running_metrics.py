"""Running loss and metrics."""

from __future__ import annotations

from collections.abc import Sequence
from math import nan

import numpy as np

from nncli.core.errors import ShapeError
from nncli.core.types import Array
from nncli.nn.metric import Metric, names_of


class RunningMetrics:
    """The mean loss and the metrics of all rows added so far.

    Args:
        metrics: the metrics to measure besides the loss.
    """

    __slots__ = ("_parts", "divisor", "loss", "metrics")

    def __init__(self, metrics: Sequence[Metric]) -> None:
        self.metrics = tuple(metrics)
        self.loss = 0.0
        self.divisor = 0.0
        self._parts: list[list[Array]] = [[] for _ in metrics]  # states of each metric, in the order of the rows

    def add(self, loss: float, divisor: float, states: Sequence[Array]) -> None:
        """Add the sum of the losses, the total weight (`divisor`) and the metric states of some rows."""
        self.loss += loss
        self.divisor += divisor
        if not self.metrics:
            return
        for metric, parts, state in zip(self.metrics, self._parts, states, strict=True):
            parts.append(state)
            # states that store rows are merged only if similar in size, so that each row is copied only a few times
            while len(parts) > 1 and not (metric.keeps_rows and parts[-1].size < parts[-2].size):
                last = parts.pop()
                parts[-1] = metric.merge(parts[-1], last)

    @property
    def states(self) -> list[Array]:
        """The state of every metric over all rows so far; empty vectors if there were none."""
        if not self.metrics:
            return []
        for metric, parts in zip(self.metrics, self._parts, strict=True):
            while len(parts) > 1:
                last = parts.pop()
                parts[-1] = metric.merge(parts[-1], last)
        return [parts[0] if parts else np.empty(0) for parts in self._parts]

    @states.setter
    def states(self, states: Sequence[Array]) -> None:
        self._parts = [[state] for state in states]

    def measure(self, prediction: Array, targets: Array, weights: Array | None) -> list[Array]:
        """Return the state of every metric for some rows, to be added by `add`."""
        return [_state(metric, metric.measure(prediction, targets, weights)) for metric in self.metrics]

    def results(self) -> dict[str, float]:
        """Return the mean loss and all metrics, by name."""
        values = {"loss": self.mean_loss}
        for name, metric, state in zip(names_of(self.metrics), self.metrics, self.states, strict=True):
            values[name] = float(metric.finish(state))
        return values

    @property
    def mean_loss(self) -> float:
        """The mean loss; NaN if the total weight of the rows is 0."""
        return self.loss / self.divisor if self.divisor else nan


def _state(metric: Metric, state: Array) -> Array:
    """Return a metric's state as a float64 vector.

    Raises:
        ShapeError: if `measure` of a plugin's metric does not return a vector.
    """
    state = np.asarray(state, np.float64)
    if state.ndim != 1:
        raise ShapeError(f"the metric {metric.type_name}: measure gives the shape {state.shape}; expected a vector")
    return state
