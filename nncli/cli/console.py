"""Print results to standard output and everything else to standard error."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from shutil import get_terminal_size

import typer

DEFAULT_WIDTH = 100  # characters per line, if the output is not a terminal


def print_message(line: str = "") -> None:
    """Print a line for the user to standard error."""
    typer.echo(line, err=True)


def print_notes(notes: Iterable[str]) -> None:
    """Print notes to standard error, one per line."""
    for note in notes:
        print_message(f"note: {note}")


def print_result(line: str = "") -> None:
    """Print a line of the result to standard output; undecodable bytes of file names are escaped."""
    typer.echo(line.encode("utf-8", "backslashreplace").decode("utf-8"))


def can_encode(text: str) -> bool:
    """Return whether the encoding of standard output has all characters of the text."""
    try:
        text.encode(getattr(sys.stdout, "encoding", None) or "utf-8")
    except (UnicodeError, LookupError):
        return False
    return True


def terminal_width() -> int:
    """Return the number of characters in a line of the terminal."""
    return get_terminal_size((DEFAULT_WIDTH, 24)).columns
