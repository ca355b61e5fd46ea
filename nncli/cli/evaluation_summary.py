"""Format an evaluation: loss and metrics, results per class, the confusion matrix, and residuals."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from nncli.cli.text_table import format_table

if TYPE_CHECKING:
    from nncli.workflows.evaluation import Evaluation

MAX_MATRIX_CLASSES = 12  # maximum number of classes for which the whole confusion matrix is shown
MAX_CONFUSIONS = 10  # maximum number of confused pairs that are shown instead of a larger matrix


def format_evaluation(evaluation: Evaluation) -> list[str]:
    """Return the lines for the terminal."""
    from nncli.lifecycle.log_lines import format_short

    width = max(map(len, evaluation.results))
    lines = [f"{evaluation.rows:,} rows: {evaluation.source}"]
    lines += [f"{name:<{width}}  {format_short(value)}" for name, value in evaluation.results.items()]
    return [*lines, *_format_classes(evaluation), *_format_residuals(evaluation)]


def _format_classes(evaluation: Evaluation) -> list[str]:
    from nncli.lifecycle.log_lines import format_short

    report, names = evaluation.classes, evaluation.class_names
    if report is None:
        return []
    measures = (report.precision, report.recall, report.f1)
    rows = [
        [name, *(format_short(float(values[index])) for values in measures), _format_count(report.support[index])]
        for index, name in enumerate(names)
    ]
    kind = "label" if report.confusion is None else "class"
    lines = ["", *format_table([kind, "precision", "recall", "f1", "support"], rows, right=(1, 2, 3, 4))]
    if report.confusion is None:
        return lines
    return [*lines, "", *_format_confusion(names, report.confusion.tolist())]


def _format_confusion(names: Sequence[str], confusion: list[list[float]]) -> list[str]:
    """Return the confusion matrix, or only the most frequent confusions if it is large."""
    if len(names) <= MAX_MATRIX_CLASSES:
        cells = [[name, *map(_format_count, row)] for name, row in zip(names, confusion, strict=True)]
        return format_table(["actual \\ predicted", *names], cells, right=tuple(range(1, len(names) + 1)))
    pairs = [
        (weight, actual, predicted)
        for actual, row in zip(names, confusion, strict=True)
        for predicted, weight in zip(names, row, strict=True)
        if weight and actual != predicted
    ]
    most = sorted(pairs, key=lambda pair: -pair[0])[:MAX_CONFUSIONS]
    cells = [[actual, predicted, _format_count(weight)] for weight, actual, predicted in most]
    return format_table(["most often: actual", "predicted", "rows"], cells, right=(2,)) if most else []


def _format_residuals(evaluation: Evaluation) -> list[str]:
    from nncli.lifecycle.log_lines import format_short

    if not evaluation.residuals:
        return []
    header = ["target - prediction", *next(iter(evaluation.residuals.values()))]
    rows = [[name, *map(format_short, quantiles.values())] for name, quantiles in evaluation.residuals.items()]
    return ["", *format_table(header, rows, right=tuple(range(1, len(header))))]


def _format_count(weight: float) -> str:
    """Format a number of rows, or a sum of their weights."""
    return f"{int(weight):,}" if weight == int(weight) else f"{weight:.4g}"
