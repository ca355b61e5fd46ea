"""nncli predict."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from nncli.cli.console import print_message
from nncli.cli.options import CheckpointArgument, PluginOption
from nncli.cli.plugin_option import load_plugins


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
            "--output", "-o", metavar="FILE", help="Write .npy, .csv or .json; default CSV on standard output."
        ),
    ] = None,
    classes: Annotated[
        bool, typer.Option("--classes", help="Give the most likely class only; of several labels 0 or 1 for each.")
    ] = False,
    plugins: PluginOption = None,
    batch_size: Annotated[int, typer.Option("--batch-size", min=1, metavar="N", help="Rows at a time.")] = 256,
) -> None:
    """Predict with a checkpoint: probabilities of a classifier, original units of a regression."""
    import csv

    from nncli.workflows.predict import predict as run

    load_plugins(plugins)
    predictions = run(checkpoint, source, classes=classes, batch_size=batch_size)
    if output is not None:
        predictions.write(output)
    else:
        table = predictions.table()
        first = next(table)  # before anything is written, so that what cannot be predicted leaves no output
        writer = csv.writer(sys.stdout, lineterminator="\n")
        writer.writerows((predictions.header, first))
        writer.writerows(table)
    for note in predictions.notes:
        print_message(f"note: {note}")
