"""The command `nncli predict`."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated

import typer

from nncli.cli.console import print_notes
from nncli.cli.options import CheckpointArgument
from nncli.cli.plugin_option import PluginOption, load_plugins

if TYPE_CHECKING:
    from nncli.workflows.predictions import Predictions


def predict(
    checkpoint: CheckpointArgument,
    source: Annotated[
        str,
        typer.Argument(
            metavar="INPUT",
            help="A .npy, .npz, .csv or .tsv file, an image or a folder of images, a built-in dataset, or - for CSV "
            "on standard input.",
        ),
    ],
    output: Annotated[
        str | None,
        typer.Option(
            "--output",
            "-o",
            metavar="FILE",
            help="The .npy, .csv or .json file to write. Default: CSV on standard output.",
        ),
    ] = None,
    classes: Annotated[
        bool,
        typer.Option("--classes", help="Predict only the most likely class; for multi-label models, 0 or 1 per label."),
    ] = False,
    plugins: PluginOption = None,
    batch_size: Annotated[int, typer.Option("--batch-size", min=1, metavar="N", help="Rows per batch.")] = 256,
) -> None:
    """Predict with a trained model.

    Predictions are probabilities for a classifier, and in original units for a regression.
    """
    from nncli.workflows.predict import predict as predict_rows

    load_plugins(plugins)
    predictions = predict_rows(checkpoint, source, classes=classes, batch_size=batch_size)
    if output is not None:
        predictions.write(output)
    else:
        _print_csv(predictions)
    print_notes(predictions.notes)


def _print_csv(predictions: Predictions) -> None:
    import csv

    table = predictions.table()
    first = next(table)  # read before the header is written, so that an error leaves standard output empty
    writer = csv.writer(sys.stdout, lineterminator="\n")
    writer.writerows((predictions.header, first))
    writer.writerows(table)
