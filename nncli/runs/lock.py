"""Lock a run directory, so that only one process writes to it; the lock is released when the process ends."""

from __future__ import annotations

import errno
import os
from collections.abc import Iterator
from contextlib import contextmanager

from nncli.core.errors import RunError

WITHOUT_LOCKS = (errno.ENOLCK, errno.ENOSYS, errno.EOPNOTSUPP)  # errors of file systems without locks


@contextmanager
def locked(path: str) -> Iterator[None]:
    """Hold the lock of a directory; do nothing if the platform or the file system has no locks.

    Raises:
        RunError: if another process holds the lock, or the directory cannot be opened.
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
