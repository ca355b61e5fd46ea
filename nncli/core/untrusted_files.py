"""Open files that may be damaged or malicious."""

from __future__ import annotations

import errno
import os
import stat
import struct
import zipfile
import zlib
from typing import IO, Any, BinaryIO, cast

from nncli.core.text_format import truncate

MAX_DIRECTORY_BYTES = (
    8 << 20
)  # maximum size of a zip file's list of members; zipfile needs ten times as much memory for it

# errors that reading a damaged or malicious file can raise
READ_ERRORS = (
    zipfile.BadZipFile,
    zlib.error,
    struct.error,
    OSError,
    EOFError,
    LookupError,
    TypeError,
    ValueError,
    ArithmeticError,
    RuntimeError,
    MemoryError,
)


def open_regular_file(path: str) -> BinaryIO:
    """Open a regular file for reading; a pipe or device is refused, because reading it may never end.

    Raises:
        OSError: if it cannot be opened or is not a regular file.
    """
    descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise OSError(errno.EINVAL, "not a file")
    return os.fdopen(descriptor, "rb")


def open_zip(file: BinaryIO) -> zipfile.ZipFile:
    """Open a zip file.

    Raises:
        BadZipFile: if its list of members is larger than `MAX_DIRECTORY_BYTES`. If it is not a zip file, any of
            `READ_ERRORS` may be raised.
    """
    bounded = _BoundedReader(file)
    archive = zipfile.ZipFile(cast("IO[bytes]", bounded))
    bounded.max_bytes = None
    return archive


def summarize_error(error: BaseException) -> str:
    """Return an error's message on one short line, or its type if it has no message."""
    return truncate(" ".join(str(error).split()), 160) or type(error).__name__


class _BoundedReader:
    """A file that refuses single reads of more than `max_bytes`; zipfile reads the whole list of members at once."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self.max_bytes: int | None = MAX_DIRECTORY_BYTES

    def read(self, size: int = -1) -> bytes:
        """Read up to `size` bytes."""
        if self.max_bytes is not None and size > self.max_bytes:
            raise zipfile.BadZipFile("its list of members is too large")
        return self._file.read(size)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._file, name)
