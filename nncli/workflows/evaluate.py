"""Evaluate a checkpoint on labelled rows."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import replace
from typing import cast

from nncli.config.reader import read_value
from nncli.core.builder import build
from nncli.core.errors import ConfigError, DataError
from nncli.core.registry import METRICS
from nncli.data.batches import Dataset
from nncli.lifecycle.predictor import Predictor, load_predictor
from nncli.nn.evaluation.classification_report import ConfusionMatrix, LabelCounts
from nncli.nn.evaluation.residual_quantiles import ResidualQuantiles
from nncli.nn.evaluation.running_metrics import RunningMetrics
from nncli.nn.metric import Metric, metric_problem, names_of
from nncli.workflows.evaluation import Evaluation
from nncli.workflows.evaluation_rows import rows_of_config, rows_of_input


def evaluate(
    path: str | os.PathLike[str],
    text: str | os.PathLike[str] | None = None,
    targets: str | os.PathLike[str] | None = None,
    metrics: Sequence[str] = (),
) -> Evaluation:
    """Evaluate a checkpoint or the best checkpoint of a run.

    Args:
        path: a .npz checkpoint or a run directory.
        text: INPUT, rows with targets: a file, a folder, a dataset or a mapping as in a config; default the test rows
            of the config, or its validation rows if it has no test rows.
        targets: file of the targets, if inputs and targets are in separate files.
        metrics: metrics in addition to those of the config: names, or mappings as in a config.

    Raises:
        UserError: if the checkpoint or the rows cannot be read, or do not match each other.
    """
    if text is None and targets is not None:
        raise DataError("--targets needs INPUT: the rows to evaluate")
    model = load_predictor(os.fspath(path))
    wanted = _metrics(model, metrics)
    targets = None if targets is None else os.fspath(targets)
    rows, name = rows_of_config(model) if text is None else rows_of_input(model, os.fspath(text), targets)
    dataset = model.dataset(rows)
    notes = dict.fromkeys(model.preprocessing.notes)
    return replace(_measure(model, dataset, wanted, name), notes=(*rows.all_notes, *notes))


def _measure(model: Predictor, dataset: Dataset, metrics: Sequence[Metric], name: str) -> Evaluation:
    """Compute the loss, the metrics and the report of a dataset."""
    preprocessing, column_names = model.preprocessing, model.column_names
    report: ConfusionMatrix | LabelCounts | ResidualQuantiles = ResidualQuantiles()
    if preprocessing.task.is_multi_label:
        report = LabelCounts()
    elif preprocessing.task.classes is not None:
        report = ConfusionMatrix()
    names = _names(model.executor.metrics, metrics)
    tally = model.tally(dataset, RunningMetrics([*metrics, report]))
    *states, last = tally.states
    results = {"loss": tally.mean_loss}
    results |= {name: float(metric.finish(state)) for name, metric, state in zip(names, metrics, states, strict=True)}
    evaluation = Evaluation(name, len(dataset), results)
    if isinstance(report, ResidualQuantiles):
        return replace(evaluation, residuals=dict(zip(column_names, report.report(last), strict=True)))
    return replace(evaluation, class_names=column_names, classes=report.report(last, len(column_names)))


def _names(own: Sequence[Metric], metrics: Sequence[Metric]) -> list[str]:
    """Return the names of all metrics; metrics of the config keep their names if no other metric has the same name."""
    together = names_of(metrics)
    names = [*names_of(own), *together[len(own) :]]
    return names if len(set(names)) == len(names) else together


def _metrics(model: Predictor, texts: Sequence[str]) -> list[Metric]:
    """Return the metrics of the config and the additional metrics.

    Raises:
        DataError: if a metric does not exist or does not suit the model.
    """
    metrics = list(model.executor.metrics)
    for text in texts:
        try:
            metric = cast("Metric", build(METRICS, read_value(text)))
        except ConfigError as error:
            raise DataError("; ".join(f"--metric {problem.message}" for problem in error.problems)) from None
        if problem := metric_problem(metric, model.preprocessing.task, f"the model's {model.executor.loss.type_name}"):
            raise DataError(f"--metric {text}: {problem}")
        if metric not in metrics:
            metrics.append(metric)
    return metrics
