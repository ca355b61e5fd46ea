"""One writer at a time: a lock on a run directory that ends with its process."""

from __future__ import annotations

import errno
import os
from collections.abc import Iterator
from contextlib import contextmanager

from nncli.core.errors import RunError

WITHOUT_LOCKS = (errno.ENOLCK, errno.ENOSYS, errno.EOPNOTSUPP)  # what file systems that have none answer


@contextmanager
def locked(path: str) -> Iterator[None]:
    """Holds the lock of a directory; where the platform or the file system has no locks, nothing is held.

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
        except BlockingIOError:
            raise RunError(f"{path}: another process is writing this run; wait for it or stop it") from None
        except OSError as error:
            if error.errno not in WITHOUT_LOCKS:
                raise RunError(f"{path}: cannot be locked ({error.strerror})") from None
        yield
    finally:
        os.close(descriptor)
