"""Convert the errors of nncli and of plugins to messages and exit codes; other errors keep their traceback."""

from __future__ import annotations

import functools
import os
import sys
import traceback
from collections.abc import Callable
from typing import ParamSpec, TypeVar

import typer

from nncli.core.errors import ConfigError, NncliError, Problem

P = ParamSpec("P")
T = TypeVar("T")

MAX_CONTEXT = 80  # characters of a line that are shown before and after a problem
show_tracebacks = False


def format_error(error: NncliError) -> str:
    """Return the message of an error; on a terminal, each problem of a config is followed by its line and a marker."""
    if not isinstance(error, ConfigError) or not sys.stderr.isatty():
        return str(error)
    colours = "NO_COLOR" not in os.environ
    blocks = ["\n".join((str(problem), *_excerpt(problem, colours=colours))) for problem in error.shown]
    return "\n".join(part for part in (*blocks, error.omitted, error.summary) if part)


def _excerpt(problem: Problem, *, colours: bool) -> list[str]:
    """Return the line of a problem, and carets below the problem."""
    if problem.excerpt is None:
        return []
    line, start, end = problem.excerpt
    first = max(0, start - 1 - MAX_CONTEXT)  # only a part of a long line is shown
    line, start, end = line[first : first + 2 * MAX_CONTEXT], start - first, min(end - first, 2 * MAX_CONTEXT + 1)
    number = str(problem.order[1])
    before = "".join(character if character == "\t" else " " for character in line[: start - 1])
    carets = "^" * (end - start)
    if colours:
        carets = typer.style(carets, fg=typer.colors.RED, bold=True)
    return [f"  {number} | {line}", f"  {' ' * len(number)} | {before}{carets}"]


def report_errors(command: Callable[P, T]) -> Callable[P, T]:
    """Decorate a command so that its errors become a message on standard error and an exit code."""

    @functools.wraps(command)
    def run(*args: P.args, **kwargs: P.kwargs) -> T:
        try:
            result = command(*args, **kwargs)
            sys.stdout.flush()
        except NncliError as error:
            if show_tracebacks:
                traceback.print_exc()
                raise typer.Exit(error.exit_code) from None
            typer.echo(format_error(error), err=True)
            raise typer.Exit(error.exit_code) from None
        except OSError as error:
            if error.filename is not None:  # the error is of a file, not of standard output
                raise
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            if isinstance(error, BrokenPipeError):  # the reader, such as head, has closed the pipe
                raise typer.Exit(0) from None
            typer.echo(f"the output cannot be written ({error.strerror})", err=True)
            raise typer.Exit(1) from None
        except KeyboardInterrupt:
            if show_tracebacks:
                raise
            raise typer.Exit(130) from None
        except (Exception, SystemExit) as error:
            plugins = sys.modules.get("nncli.lifecycle.plugin_files")  # None if no plugins were loaded
            fault = None if plugins is None else plugins.plugin_fault(error)
            if fault is None or isinstance(error, typer.Exit):
                raise
            if show_tracebacks:
                traceback.print_exc()
            typer.echo(fault, err=True)
            raise typer.Exit(2) from None
        else:
            return result

    return run
