"""The command line, put together from one file a command."""

from __future__ import annotations

import os
import sys
from typing import Annotated

import typer

from nncli import __version__
from nncli.cli import errors
from nncli.cli.check import check
from nncli.cli.evaluate import evaluate
from nncli.cli.inspect import inspect
from nncli.cli.predict import predict
from nncli.cli.resume import resume
from nncli.cli.train import train

app = typer.Typer(
    name="nncli",
    no_args_is_help=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"nncli {__version__}")
        raise typer.Exit


@app.callback()
def nncli(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Show the version and exit.")
    ] = False,
    debug: Annotated[bool, typer.Option("--debug", help="Show tracebacks of errors.")] = False,
) -> None:
    """Train neural networks from a YAML file with nothing but NumPy."""


for command in (train, resume, predict, evaluate, inspect, check):
    app.command()(errors.reported(command))


def main() -> None:
    """Runs the command line; --debug may stand anywhere in it."""
    os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "__all__")  # looking for them takes as long as a check
    arguments = sys.argv[1:]
    end = arguments.index("--") if "--" in arguments else len(arguments)
    if "--debug" in arguments[:end]:
        errors.show_tracebacks = True
        arguments = [item for index, item in enumerate(arguments) if item != "--debug" or index >= end]
    app(args=arguments, prog_name="nncli")
