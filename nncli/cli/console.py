"""Writing to the two streams: results to standard output, all else to standard error."""

from __future__ import annotations

import typer


def say(line: str = "") -> None:
    """A line for the user, on standard error."""
    typer.echo(line, err=True)


def give(line: str = "") -> None:
    """A line of the result, on standard output."""
    typer.echo(line)
