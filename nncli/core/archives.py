"""Opening files that nobody vouches for."""

from __future__ import annotations

import errno
import os
import stat
import struct
import zipfile
import zlib
from typing import IO, Any, BinaryIO, cast

from nncli.core.text_format import truncate

LARGEST_DIRECTORY = 8 << 20  # bytes of the list of members; Python makes objects of it that are ten times as large

# what comes out of a file that is damaged, or was made to do harm
UNREADABLE = (
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


def open_regular(path: str) -> BinaryIO:
    """A file for reading; a pipe or device, which may never end, is not waited for.

    Raises:
        OSError: where it cannot be opened, or is none.
    """
    descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise OSError(errno.EINVAL, "not a file")
    return os.fdopen(descriptor, "rb")


def open_zip(file: BinaryIO) -> zipfile.ZipFile:
    """The members of a file; the list of them is not read where it is larger than any honest one.

    Raises:
        BadZipFile, or another of `UNREADABLE`: where it is no zip file.
    """
    bounded = _Bounded(file)
    archive = zipfile.ZipFile(cast("IO[bytes]", bounded))
    bounded.most = None
    return archive


def reason(error: BaseException) -> str:
    """What an error says, on one line and kept short."""
    return truncate(" ".join(str(error).split()), 160) or type(error).__name__


class _Bounded:
    """A file of which no more than so many bytes are read at a time: zipfile reads the list of members in one go."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self.most: int | None = LARGEST_DIRECTORY

    def read(self, size: int = -1) -> bytes:
        """Some bytes."""
        if self.most is not None and size > self.most:
            raise zipfile.BadZipFile("it lists more members than can be")
        return self._file.read(size)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._file, name)
