"""Convert an OSError to a SaveError or RunError with the path."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

from nncli.core.errors import RunError, SaveError


@contextlib.contextmanager
def wrap_write_errors(path: str) -> Iterator[None]:
    """Convert an OSError while writing a file or folder to a SaveError."""
    try:
        yield
    except OSError as error:
        raise SaveError(f"{path}: cannot be written ({error.strerror or error})") from None


@contextlib.contextmanager
def wrap_read_errors(path: str) -> Iterator[None]:
    """Convert an OSError while reading a file or folder to a RunError."""
    try:
        yield
    except OSError as error:
        raise RunError(f"{path}: cannot be read ({error.strerror or error})") from None
