"""Arguments and options that several commands share."""

from __future__ import annotations

from typing import Annotated

import typer

CheckpointArgument = Annotated[
    str,
    typer.Argument(metavar="CHECKPOINT", help="A .npz checkpoint, or a run directory, whose best checkpoint is used."),
]
ConfigArgument = Annotated[str, typer.Argument(metavar="CONFIG", help="The YAML config file.")]
RunArgument = Annotated[str, typer.Argument(metavar="RUN", help="A run directory.")]
SetOption = Annotated[
    list[str] | None,
    typer.Option(
        "--set",
        metavar="KEY=VALUE",
        help="Override a value of the config, such as training.epochs=5 or model.0.units=64. Can be repeated.",
    ),
]
QuietOption = Annotated[bool, typer.Option("--quiet", "-q", help="Hide progress and notes; errors are still shown.")]
JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON.")]
