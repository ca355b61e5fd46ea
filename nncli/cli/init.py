"""The command `nncli init`."""

from __future__ import annotations

import shlex
from typing import Annotated

import typer

from nncli.cli.console import print_message, print_result


def init(
    data: Annotated[
        str | None,
        typer.Option("--data", metavar="FILE", help="A table, arrays, a folder of images or a built-in dataset."),
    ] = None,
    targets: Annotated[
        list[str] | None,
        typer.Option(
            "--target",
            metavar="COLUMN",
            help="The column to predict; for arrays, the name or file of the targets. Can be repeated.",
        ),
    ] = None,
    output: Annotated[
        str | None,
        typer.Option("--output", "-o", metavar="FILE", help="The config file to write. Default: standard output."),
    ] = None,
) -> None:
    """Write a starter config. With --data, it fits your data."""
    from nncli.workflows.init import init as write_config

    text = write_config(data, targets or [], output)
    if output is None:
        print_result(text.rstrip())
        return
    print_result(output)
    print_message(f"next: nncli train {shlex.quote(output)}")
