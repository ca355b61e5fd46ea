"""The command `nncli evaluate`."""

from __future__ import annotations

from typing import Annotated

import typer

from nncli.cli.console import print_notes, print_result
from nncli.cli.evaluation_summary import format_evaluation
from nncli.cli.options import CheckpointArgument, JsonOption
from nncli.cli.plugin_option import PluginOption, load_plugins


def evaluate(
    checkpoint: CheckpointArgument,
    source: Annotated[
        str | None,
        typer.Argument(
            metavar="INPUT", help="Labelled data. Default: the test rows of the config, or its validation rows."
        ),
    ] = None,
    targets: Annotated[
        str | None, typer.Option("--targets", metavar="FILE", help="The targets of a .npy or idx file.")
    ] = None,
    metrics: Annotated[
        list[str] | None,
        typer.Option(
            "--metric",
            metavar="METRIC",
            help="Add a metric: a name, or a mapping such as '{type: f1, average: macro}'. Can be repeated.",
        ),
    ] = None,
    plugins: PluginOption = None,
    as_json: JsonOption = False,
) -> None:
    """Evaluate a trained model on labelled data.

    Shows the loss, the metrics, and results for each class or quantiles of the residuals.
    """
    import json

    from nncli.core.json_values import json_ready
    from nncli.workflows.evaluate import evaluate as evaluate_checkpoint

    load_plugins(plugins)
    evaluation = evaluate_checkpoint(checkpoint, source, targets, metrics or ())
    print_notes(evaluation.notes)
    if as_json:
        print_result(json.dumps(json_ready(evaluation.flat())))
        return
    for line in format_evaluation(evaluation):
        print_result(line)
