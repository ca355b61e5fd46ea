"""From errors to messages and exit codes: nncli's own error tree, and nothing else, loses its traceback."""

from __future__ import annotations

import functools
import os
import sys
from collections.abc import Callable
from typing import ParamSpec, TypeVar

import typer

from nncli.core.errors import NncliError

P = ParamSpec("P")
T = TypeVar("T")

show_tracebacks = False


def reported(command: Callable[P, T]) -> Callable[P, T]:
    """The command with its errors turned into a message on standard error and an exit code."""

    @functools.wraps(command)
    def run(*args: P.args, **kwargs: P.kwargs) -> T:
        try:
            result = command(*args, **kwargs)
            sys.stdout.flush()
        except NncliError as error:
            if show_tracebacks:
                raise
            typer.echo(str(error), err=True)
            raise typer.Exit(error.exit_code) from None
        except OSError as error:
            if error.filename is not None:  # not of a stream, but of a file: its room should have told
                raise
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            if isinstance(error, BrokenPipeError):  # whoever read our output has enough
                raise typer.Exit(0) from None
            typer.echo(f"the output cannot be written ({error.strerror})", err=True)
            raise typer.Exit(1) from None
        except KeyboardInterrupt:
            if show_tracebacks:
                raise
            raise typer.Exit(130) from None
        else:
            return result

    return run
