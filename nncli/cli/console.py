"""Writing to the two streams: results to standard output, all else to standard error."""

from __future__ import annotations

import sys
from shutil import get_terminal_size

import typer


def say(line: str = "") -> None:
    """A line for the user, on standard error."""
    typer.echo(line, err=True)


def give(line: str = "") -> None:
    """A line of the result, on standard output; bytes of a file's name that are no text are written as escapes."""
    typer.echo(line.encode("utf-8", "backslashreplace").decode("utf-8"))


def shows(text: str) -> bool:
    """Whether standard output has these characters."""
    try:
        text.encode(getattr(sys.stdout, "encoding", None) or "utf-8")
    except (UnicodeError, LookupError):
        return False
    return True


def width() -> int:
    """How many characters a line has: those of the terminal, or 100 where there is none."""
    return get_terminal_size((100, 24)).columns
