"""Arguments and options that several commands take."""

from __future__ import annotations

from typing import Annotated

import typer

CheckpointArgument = Annotated[
    str, typer.Argument(metavar="CHECKPOINT", help="A .npz checkpoint, or a run directory for its best one.")
]
ConfigArgument = Annotated[str, typer.Argument(metavar="CONFIG", help="A YAML config.")]
SetOption = Annotated[
    list[str] | None,
    typer.Option(
        "--set",
        metavar="KEY=VALUE",
        help="Set a value over the config, such as training.epochs=5 or model.0.units=64. Repeatable.",
    ),
]
PluginOption = Annotated[
    list[str] | None,
    typer.Option(
        "--plugin", metavar="FILE.py", help="Python code that registers layers, losses or the like. Repeatable."
    ),
]
QuietOption = Annotated[bool, typer.Option("--quiet", "-q", help="Show no progress and no notes.")]
JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON for programs.")]
