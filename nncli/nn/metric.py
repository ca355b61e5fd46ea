"""The base class of metrics: a state that rows are added to, merged with others, and finished to a number."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import ClassVar

import numpy as np

from nncli.core.checked import Registered
from nncli.core.registry import METRICS
from nncli.core.task import Task, TaskKind
from nncli.core.types import Array

EARLIER_KINDS: dict[str, TaskKind] = {"labels": "multi_label"}  # names in older plugins


@dataclass(frozen=True)
class Metric(Registered):
    """The base of all metrics; predictions and targets are in original units.

    Most states are a few sums. Metrics whose state grows with its rows set `keeps_rows`: states of similar size are
    then merged, in the order of the rows, so that every row is copied a few times only.
    """

    needs = ("measure", "finish")

    target_kind: ClassVar[TaskKind] = "numbers"
    measures_labels: ClassVar[bool] = False  # whether it also measures several labels a row, each 0 or 1
    higher_is_better: ClassVar[bool] = False
    keeps_rows: ClassVar[bool] = False  # whether the state grows with its rows

    def measure(self, prediction: Array, targets: Array, weights: Array | None) -> Array:
        """Return the state of these rows alone: a vector in float64.

        Args:
            prediction: (n, ...) predictions, such as probabilities.
            targets: (n, ...) as the loss encodes them, unscaled; multi-label targets are (n, labels) of 0 and 1.
            weights: (n,) weights of the rows, or None for equal weights.
        """
        raise NotImplementedError

    def merge(self, a: Array, b: Array) -> Array:
        """Return the state of the rows of two states together; an empty vector is the state of no rows."""
        return a + b if a.size and b.size else a if a.size else b

    def finish(self, state: Array) -> float:
        """Return the metric of a state of at least one row; NaN if it is undefined for its rows."""
        raise NotImplementedError

    def classes_fault(self, classes: int) -> str | None:
        """Return why this metric cannot measure that many classes, or None."""
        return None

    def labels_fault(self) -> str | None:
        """Return why this metric, with its settings, cannot measure multi-label targets, or None."""
        return None


def fault_of(metric: Metric, task: Task, what: str) -> str | None:
    """Why a metric does not fit a task, or None.

    Args:
        metric: to measure.
        task: what is learnt.
        what: the name of what learns it, for the message.
    """
    kinds = {"classes": "class labels", "multi_label": "multi-label targets", "numbers": "numbers"}
    learnt = "numbers" if task.is_regression else task.kind
    if task.is_multi_label and metric.measures_labels:
        return metric.labels_fault()
    measured = EARLIER_KINDS.get(metric.target_kind, metric.target_kind)
    if measured != learnt:
        fault = f"{metric.type_name} measures {kinds[measured]}, but {what} learns {kinds[learnt]}"
        if not task.is_multi_label:
            return fault
        return f"{fault}; these are measured by {', '.join(cls.type_name for cls in METRICS if cls.measures_labels)}"
    return None if task.class_count is None else metric.classes_fault(task.class_count)


def names_of(metrics: Sequence[Metric]) -> list[str]:
    """Return the names of metrics in columns and results: their type, with settings where a type occurs repeatedly.

    [f1] is f1; [f1 with average: macro, f1 with average: weighted] is f1_macro, f1_weighted.
    """
    kinds = [metric.type_name for metric in metrics]
    return [
        "_".join((name, *_settings(metric))) if kinds.count(name) > 1 else name
        for name, metric in zip(kinds, metrics, strict=True)
    ]


def _settings(metric: Metric) -> list[str]:
    """Return the values of a metric's fields that differ from their defaults."""
    values = ((getattr(metric, field.name), field.default) for field in fields(metric))
    return [re.sub(r"[^\w.-]+", "-", str(value)) for value, default in values if value != default]


def differences(prediction: Array, targets: Array, weights: Array | None) -> tuple[Array, Array]:
    """Return prediction minus target in float64, (n, targets), and the weights, (n,)."""
    difference = np.subtract(prediction, targets, dtype=np.float64)
    difference = difference.reshape(len(difference), math.prod(difference.shape[1:]))
    return difference, weight_of_rows(weights, len(difference))


def weight_of_rows(weights: Array | None, rows: int) -> Array:
    """Return the weights in float64, or ones if there are none: (n,)."""
    return np.ones(rows) if weights is None else weights.astype(np.float64)


def class_numbers(targets: Array) -> Array:
    """Return the targets as class numbers: (n,) or (n, 1) -> (n,) integers."""
    return targets.reshape(len(targets)).astype(np.intp)


def is_multi_label(targets: Array) -> bool:
    """Return whether these are multi-label targets: (n, labels) of 0 and 1."""
    return targets.ndim == 2 and targets.shape[1] > 1


def safe_ratio(part: Array, whole: Array) -> Array:
    """Return part / whole, or 0 where the whole is 0."""
    return np.divide(part, whole, out=np.zeros(np.shape(whole)), where=np.not_equal(whole, 0))


several_labels, share = is_multi_label, safe_ratio  # their older names, which plugins may use


metric = METRICS.register
