"""What a metric is: a state that rows are added to, that merges with others, and a number in the end."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import ClassVar, Literal

import numpy as np

from nncli.core.fields import Registered
from nncli.core.registry import METRICS
from nncli.core.types import Array


@dataclass(frozen=True)
class Metric(Registered):
    """The base of all metrics; predictions and targets come in original units."""

    needs = ("measure", "finish")

    target_kind: ClassVar[Literal["classes", "numbers"]] = "numbers"
    higher_is_better: ClassVar[bool] = False

    def measure(self, prediction: Array, targets: Array, weights: Array | None) -> Array:
        """The state of these rows alone: a vector in float64.

        Args:
            prediction: (n, ...) what the loss predicts.
            targets: (n, ...) as the loss encodes them, unscaled.
            weights: (n,) or None for one each.
        """
        raise NotImplementedError

    def merge(self, a: Array, b: Array) -> Array:
        """The state of the rows of two states together; an empty vector stands for no rows."""
        return a + b if a.size and b.size else a if a.size else b

    def finish(self, state: Array) -> float:
        """The metric of all rows of a state with at least one row."""
        raise NotImplementedError


def differences(prediction: Array, targets: Array, weights: Array | None) -> tuple[Array, Array]:
    """Prediction minus target in float64 as (n, units), and the weights as (n,)."""
    difference = np.subtract(prediction, targets, dtype=np.float64)
    difference = difference.reshape(len(difference), math.prod(difference.shape[1:]))
    return difference, np.ones(len(difference)) if weights is None else weights.astype(np.float64)


metric = METRICS.register
