"""Turn errors of the operating system into nncli's own, with the path."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

from nncli.core.errors import RunError, SaveError


@contextlib.contextmanager
def wrap_write_errors(path: str) -> Iterator[None]:
    """Raise SaveError instead of OSError."""
    try:
        yield
    except OSError as error:
        raise SaveError(f"{path}: cannot be written ({error.strerror or error})") from None


@contextlib.contextmanager
def wrap_read_errors(path: str) -> Iterator[None]:
    """Raise RunError instead of OSError."""
    try:
        yield
    except OSError as error:
        raise RunError(f"{path}: cannot be read ({error.strerror or error})") from None
