"""Check that metrics are listed once and suit the task."""

from __future__ import annotations

from collections.abc import Iterator

from nncli.assemble.check_context import CheckContext
from nncli.core.errors import Problem
from nncli.core.invalid import is_invalid
from nncli.nn.metric import metric_problem, names_of


def check_metrics(context: CheckContext) -> Iterator[Problem]:
    """Yield a problem for every metric that is listed twice or does not suit the task."""
    task, loss = context.task, context.draft.loss
    metrics = [(index, metric) for index, metric in enumerate(context.draft.metrics) if not is_invalid(metric)]
    seen = set()
    for (index, metric), column in zip(metrics, names_of([metric for _, metric in metrics]), strict=True):
        if column in seen:
            yield Problem(("metrics", index), f"the metric {metric.type_name!r} is listed twice; drop one")
        seen.add(column)
        if task is not None and (fault := metric_problem(metric, task, loss.type_name)):
            yield Problem(("metrics", index), fault)
