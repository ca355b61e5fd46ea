"""The program `nncli`, assembled from one file per command."""

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

# each command is a function in the module of the same name; a function named like a builtin ends in "_"
COMMANDS = ("train", "resume", "predict", "evaluate", "inspect", "repro", "check", "init", "list", "schema")
GC_THRESHOLD = 50_000  # new objects between two garbage collections; imports create many objects but no garbage


def _print_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"nncli {__version__}")
        raise typer.Exit


def nncli(
    version: Annotated[
        bool, typer.Option("--version", callback=_print_version, is_eager=True, help="Show the version and exit.")
    ] = False,
    debug: Annotated[bool, typer.Option("--debug", help="Show the traceback of an error.")] = False,
) -> None:
    """Train neural networks from a YAML file with nothing but NumPy."""


def _open_devnull() -> TextIO:
    return open(os.devnull, "w", encoding="utf-8")


def command_line(arguments: Sequence[str]) -> typer.Typer:
    """Build the program; if the arguments begin with a command, import that command only."""
    app = typer.Typer(
        name="nncli",
        no_args_is_help=True,
        rich_markup_mode=None,
        pretty_exceptions_enable=False,
        context_settings={"help_option_names": ["-h", "--help"]},
    )
    app.callback()(nncli)
    completing = any(name.endswith("_COMPLETE") for name in os.environ)
    first = arguments[0] if arguments and not completing else ""
    for name in (first,) if first in COMMANDS else COMMANDS:
        module = importlib.import_module(f"nncli.cli.{name}")
        command = getattr(module, name, None) or getattr(module, f"{name}_")
        app.command(name)(errors.report_errors(command))
    return app


def main() -> None:
    """Run the command line; --debug is accepted at any position."""
    gc.set_threshold(GC_THRESHOLD, 10, 10)
    sys.stdout, sys.stderr = sys.stdout or _open_devnull(), sys.stderr or _open_devnull()  # a closed stream is None
    os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "__all__")  # searching for them takes as long as nncli check
    arguments = sys.argv[1:]
    end = arguments.index("--") if "--" in arguments else len(arguments)
    if "--debug" in arguments[:end]:
        errors.show_tracebacks = True
        arguments = [item for index, item in enumerate(arguments) if item != "--debug" or index >= end]
    try:
        command_line(arguments)(args=arguments, prog_name="nncli")
    finally:
        gc.freeze()  # the garbage collection at exit would take a tenth of the time of nncli check
