"""nncli init."""

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
        typer.Option("--target", metavar="COLUMN", help="The column to learn; for arrays, a name or file. Repeatable."),
    ] = None,
    output: Annotated[
        str | None, typer.Option("--output", "-o", metavar="FILE", help="Where to write it; default standard output.")
    ] = None,
) -> None:
    """Write a commented config to begin with, fitted to your data if you name them."""
    from nncli.workflows.init import init as make

    text = make(data, targets or [], output)
    if output is None:
        print_result(text.rstrip())
        return
    print_result(output)
    print_message(f"next: nncli train {shlex.quote(output)}")
