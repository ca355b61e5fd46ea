"""Raise SaveError or RunError, with the path, instead of OSError."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

from nncli.core.errors import RunError, SaveError


@contextlib.contextmanager
def wrap_write_errors(path: str) -> Iterator[None]:
    """Raise SaveError for an OSError of writing a file or folder."""
    try:
        yield
    except OSError as error:
        raise SaveError(f"{path}: cannot be written ({error.strerror or error})") from None


@contextlib.contextmanager
def wrap_read_errors(path: str) -> Iterator[None]:
    """Raise RunError for an OSError of reading a file or folder."""
    try:
        yield
    except OSError as error:
        raise RunError(f"{path}: cannot be read ({error.strerror or error})") from None
