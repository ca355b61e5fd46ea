"""The command line, put together from one file a command."""

from __future__ import annotations

import gc
import importlib
import os
import sys
from collections.abc import Sequence
from typing import Annotated, TextIO

import typer

from nncli.cli import errors
from nncli.version import __version__

# each in the file of its name, as a function of that name or, where Python has it already, with an underscore behind
COMMANDS = ("train", "resume", "predict", "evaluate", "inspect", "repro", "check", "init", "list", "schema")
OBJECTS = 50_000  # new ones between two looks for garbage; imports make many and leave none


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"nncli {__version__}")
        raise typer.Exit


def nncli(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Show the version and exit.")
    ] = False,
    debug: Annotated[bool, typer.Option("--debug", help="Show tracebacks of errors.")] = False,
) -> None:
    """Train neural networks from a YAML file with nothing but NumPy."""


def _nowhere() -> TextIO:
    return open(os.devnull, "w", encoding="utf-8")


def command_line(arguments: Sequence[str]) -> typer.Typer:
    """The command that the arguments begin with alone, so that nothing else is imported; otherwise all of them."""
    app = typer.Typer(
        name="nncli",
        no_args_is_help=True,
        rich_markup_mode=None,
        pretty_exceptions_enable=False,
        context_settings={"help_option_names": ["-h", "--help"]},
    )
    app.callback()(nncli)
    completing = any(name.endswith("_COMPLETE") for name in os.environ)
    asked = arguments[0] if arguments and not completing else ""
    for name in (asked,) if asked in COMMANDS else COMMANDS:
        module = importlib.import_module(f"nncli.cli.{name}")
        command = getattr(module, name, None) or getattr(module, f"{name}_")
        app.command(name)(errors.reported(command))
    return app


def main() -> None:
    """Runs the command line; --debug may stand anywhere in it."""
    gc.set_threshold(OBJECTS, 10, 10)
    sys.stdout, sys.stderr = sys.stdout or _nowhere(), sys.stderr or _nowhere()  # None where they were closed
    os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "__all__")  # looking for them takes as long as a check
    arguments = sys.argv[1:]
    end = arguments.index("--") if "--" in arguments else len(arguments)
    if "--debug" in arguments[:end]:
        errors.show_tracebacks = True
        arguments = [item for index, item in enumerate(arguments) if item != "--debug" or index >= end]
    try:
        command_line(arguments)(args=arguments, prog_name="nncli")
    finally:
        gc.freeze()  # a last look for garbage, of what ends with the process anyway, would take a tenth of a check
