"""One writer at a time: a lock on a run directory that ends with its process."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager

from nncli.core.errors import RunError


@contextmanager
def locked(path: str) -> Iterator[None]:
    """Holds the lock of a directory; where the platform has no fcntl, nothing is held.

    Raises:
        RunError: where another process holds it, or the directory cannot be opened.
    """
    try:
        import fcntl
    except ImportError:
        yield
        return
    try:
        descriptor = os.open(path, os.O_RDONLY)
    except OSError as error:
        raise RunError(f"{path}: cannot be opened ({error.strerror})") from None
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise RunError(f"{path}: another process is writing this run; wait for it or stop it") from None
        yield
    finally:
        os.close(descriptor)
