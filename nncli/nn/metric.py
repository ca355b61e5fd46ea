"""The base class of metrics, and functions that several metrics use."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import Any, ClassVar

import numpy as np

from nncli.core.checked import Registered
from nncli.core.registry import METRICS
from nncli.core.task import Task, TaskKind
from nncli.core.types import Array

EARLIER_KINDS: dict[str, TaskKind] = {"labels": "multi_label"}  # names of target kinds in older plugins


@dataclass(frozen=True)
class Metric(Registered):
    """The base of all metrics, which accumulate a state over rows.

    `measure` returns the state of some rows, `merge` combines two states, and `finish` returns the metric of a state.
    Predictions and targets are in original units. Most states are a few sums. A metric whose state grows with the
    number of rows sets `keeps_rows`; its states are merged only if their sizes are similar, so that each row is copied
    only a few times.
    """

    needs = ("measure", "finish")

    target_kind: ClassVar[TaskKind] = "numbers"  # the kind of targets that the metric measures
    supports_multi_label: ClassVar[bool] = False  # whether it also measures multi-label targets
    measures_labels: ClassVar[bool] = False  # the earlier name of `supports_multi_label`, for plugins
    higher_is_better: ClassVar[bool] = False
    keeps_rows: ClassVar[bool] = False  # whether the state grows with the number of rows

    def __init_subclass__(cls, **arguments: Any) -> None:
        """Accept the earlier name of `supports_multi_label`."""
        super().__init_subclass__(**arguments)
        cls.supports_multi_label = vars(cls).get("measures_labels", cls.supports_multi_label)
        cls.measures_labels = cls.supports_multi_label

    def measure(self, prediction: Array, targets: Array, weights: Array | None) -> Array:
        """Return the state of some rows: a vector in float64.

        Args:
            prediction: (n, ...) predictions, such as probabilities.
            targets: (n, ...) targets as the loss encodes them, unscaled; multi-label targets are (n, labels) of 0 and
                1.
            weights: (n,) weights of the rows, or None for equal weights.
        """
        raise NotImplementedError

    def merge(self, a: Array, b: Array) -> Array:
        """Return the state of the rows of `a` and `b` together; the state of no rows is an empty vector."""
        return a + b if a.size and b.size else a if a.size else b

    def finish(self, state: Array) -> float:
        """Return the metric of a state of at least one row; NaN if the metric is undefined for these rows."""
        raise NotImplementedError

    def classes_fault(self, classes: int) -> str | None:
        """Return why this metric cannot measure this many classes, or None."""
        return None

    def labels_fault(self) -> str | None:
        """Return why this metric, with its settings, cannot measure multi-label targets, or None."""
        return None


def metric_problem(metric: Metric, task: Task, learner: str) -> str | None:
    """Return why a metric does not fit a task, or None.

    Args:
        metric: the metric.
        task: the task of the model.
        learner: the name of the loss or model that learns the task, for the message.
    """
    kinds = {"classes": "class labels", "multi_label": "multi-label targets", "numbers": "numbers"}
    learnt = "numbers" if task.is_regression else task.kind
    if task.is_multi_label and metric.supports_multi_label:
        return metric.labels_fault()
    measured = EARLIER_KINDS.get(metric.target_kind, metric.target_kind)
    if measured != learnt:
        problem = f"{metric.type_name} measures {kinds[measured]}, but {learner} learns {kinds[learnt]}"
        if not task.is_multi_label:
            return problem
        suitable = ", ".join(cls.type_name for cls in METRICS if cls.supports_multi_label)
        return f"{problem}; these are measured by {suitable}"
    return None if task.class_count is None else metric.classes_fault(task.class_count)


def names_of(metrics: Sequence[Metric]) -> list[str]:
    """Return the names of metrics in columns and results: the type, with the settings if several metrics share it.

    For example, a single f1 is named f1, but an f1 with average: macro and another with average: weighted are named
    f1_macro and f1_weighted.
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
    """Return part / whole, or 0 for elements where `whole` is 0."""
    return np.divide(part, whole, out=np.zeros(np.shape(whole)), where=np.not_equal(whole, 0))


several_labels, share = is_multi_label, safe_ratio  # their earlier names, for plugins

metric = METRICS.register
