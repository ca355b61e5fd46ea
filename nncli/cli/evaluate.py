"""nncli evaluate."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from nncli.cli.console import print_message, print_result
from nncli.cli.options import CheckpointArgument, JsonOption, PluginOption
from nncli.cli.plugin_option import load_plugins

if TYPE_CHECKING:
    from nncli.workflows.evaluation import Evaluation

MOST_CLASSES = 12  # of which the whole confusion matrix is shown
MOST_CONFUSIONS = 10  # that are shown of more classes


def evaluate(
    checkpoint: CheckpointArgument,
    source: Annotated[
        str | None,
        typer.Argument(metavar="[INPUT]", help="Labelled data; default the config's test or validation rows."),
    ] = None,
    targets: Annotated[
        str | None, typer.Option("--targets", metavar="FILE", help="The targets of a .npy or idx file.")
    ] = None,
    metrics: Annotated[
        list[str] | None,
        typer.Option("--metric", metavar="METRIC", help="Measure this too: a name, or '{type: f1, average: macro}'."),
    ] = None,
    plugins: PluginOption = None,
    as_json: JsonOption = False,
) -> None:
    """Measure a checkpoint on labelled data: loss, metrics, and how well each class is found or the residuals lie."""
    import json

    from nncli.core.json_values import json_ready
    from nncli.workflows.evaluate import evaluate as run

    load_plugins(plugins)
    measured = run(checkpoint, source, targets, metrics or ())
    for note in measured.notes:
        print_message(f"note: {note}")
    if as_json:
        print_result(json.dumps(json_ready(measured.flat())))
        return
    for line in _lines(measured):
        print_result(line)


def _lines(measured: Evaluation) -> list[str]:
    """The measures, and below them what lies behind them."""
    from nncli.lifecycle.run_lines import short

    width = max(map(len, measured.results))
    lines = [f"{measured.rows:,} rows: {measured.source}"]
    lines += [f"{name:<{width}}  {short(value)}" for name, value in measured.results.items()]
    return [*lines, *_of_classes(measured), *_of_residuals(measured)]


def _of_classes(measured: Evaluation) -> list[str]:
    from nncli.cli.text_table import format_table
    from nncli.lifecycle.run_lines import short

    found, names = measured.classes, measured.class_names
    if found is None:
        return []
    measures = (found.precision, found.recall, found.f1)
    rows = [
        [name, *(short(float(values[at])) for values in measures), _count(found.support[at])]
        for at, name in enumerate(names)
    ]
    what = "class" if found.confusion is not None else "label"
    lines = ["", *format_table([what, "precision", "recall", "f1", "support"], rows, right=(1, 2, 3, 4))]
    if found.confusion is None:
        return lines
    lines, confusion = [*lines, ""], found.confusion.tolist()
    if len(names) <= MOST_CLASSES:
        cells = [[name, *map(_count, row)] for name, row in zip(names, confusion, strict=True)]
        right = tuple(range(1, len(names) + 1))
        return [*lines, *format_table(["actual \\ predicted", *names], cells, right=right)]
    pairs = [
        (weight, actual, predicted)
        for actual, row in zip(names, confusion, strict=True)
        for predicted, weight in zip(names, row, strict=True)
        if weight and actual != predicted
    ]
    most = sorted(pairs, key=lambda pair: -pair[0])[:MOST_CONFUSIONS]
    cells = [[actual, predicted, _count(weight)] for weight, actual, predicted in most]
    return [*lines, *format_table(["most often: actual", "predicted", "rows"], cells, right=(2,))] if most else lines


def _of_residuals(measured: Evaluation) -> list[str]:
    from nncli.cli.text_table import format_table
    from nncli.lifecycle.run_lines import short

    if not measured.residuals:
        return []
    header = ["target - prediction", *next(iter(measured.residuals.values()))]
    rows = [[name, *map(short, quantiles.values())] for name, quantiles in measured.residuals.items()]
    return ["", *format_table(header, rows, right=tuple(range(1, len(header))))]


def _count(weight: float) -> str:
    return f"{int(weight):,}" if weight == int(weight) else f"{weight:.4g}"
