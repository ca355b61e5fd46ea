"""Metrics that are listed twice or do not fit the task."""

from __future__ import annotations

from collections.abc import Iterator

from nncli.assemble.subject import Subject
from nncli.core.errors import Problem
from nncli.core.invalid import is_invalid
from nncli.nn.metric import metric_problem, names_of


def check_metrics(subject: Subject) -> Iterator[Problem]:
    """Metrics that are listed twice, or do not fit the loss or the number of classes."""
    task, loss = subject.task, subject.draft.loss
    metrics = [(index, metric) for index, metric in enumerate(subject.draft.metrics) if not is_invalid(metric)]
    seen = set()
    for (index, metric), column in zip(metrics, names_of([metric for _, metric in metrics]), strict=True):
        if column in seen:
            yield Problem(("metrics", index), f"the metric {metric.type_name!r} is listed twice; drop one")
        seen.add(column)
        if task is not None and (fault := metric_problem(metric, task, loss.type_name)):
            yield Problem(("metrics", index), fault)
