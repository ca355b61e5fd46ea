"""Decompress gzip files, and refuse decompression bombs, which are made to fill the memory."""

from __future__ import annotations

import gzip
import io
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, BinaryIO, cast

from nncli.core.errors import DataError
from nncli.core.text_format import format_bytes
from nncli.data.file_endings import is_gzip
from nncli.data.files.opening import open_file

MAX_BYTES = 256 << 20  # every file may decompress to this size
MAX_TEXT_BYTES = 48 << 20  # the same limit for tables, which need up to 15 bytes of memory per byte of text
MAX_RATIO = 200  # a file may exceed these limits if it decompresses to at most this multiple of its size
BUFFER_BYTES = 1 << 18


@contextmanager
def open_decompressed(path: str, max_bytes: int = MAX_BYTES) -> Iterator[BinaryIO]:
    """Open a file for reading; its content is decompressed if its name ends in .gz.

    Args:
        path: path of the file.
        max_bytes: limit as in `check_decompressed_size`.

    Raises:
        DataError: if it is missing, not readable, not a valid gzip file, or decompresses to far more than its size.
    """
    with open_file(path) as file:
        if not is_gzip(path):
            yield file
            return
        with decompress(file, path, max_bytes) as content:
            yield content


@contextmanager
def decompress(file: BinaryIO, path: str, max_bytes: int = MAX_BYTES) -> Iterator[BinaryIO]:
    """Open the content of a gzip file for reading.

    Args:
        file: the gzip file.
        path: its name, for messages.
        max_bytes: limit as in `check_decompressed_size`.

    Raises:
        DataError: if it is not a valid gzip file, or decompresses to far more than its size.
    """
    try:
        with gzip.open(file) as content:
            yield io.BufferedReader(_CountingReader(cast("BinaryIO", content), file, path, max_bytes), BUFFER_BYTES)
    except (OSError, EOFError, zlib.error) as error:
        raise DataError(f"{path}: not a valid gzip file ({error})") from None


class _CountingReader(io.RawIOBase):
    """Decompress a gzip file, and compare the decompressed size with the compressed bytes read so far."""

    def __init__(self, content: BinaryIO, file: BinaryIO, path: str, max_bytes: int) -> None:
        self._content, self._file, self._path, self._max_bytes = content, file, path, max_bytes
        self._count = 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        """Read the next bytes."""
        part = self._content.read(len(buffer))
        buffer[: len(part)] = part
        self._count += len(part)
        if self._count > self._max_bytes:
            compressed = self._file.tell() if self._file.seekable() else 0
            check_decompressed_size(self._path, "it", self._count, compressed, self._max_bytes)
        return len(part)


def check_decompressed_size(
    path: str, what: str, decompressed: int, compressed: int, max_bytes: int = MAX_BYTES
) -> None:
    """Check that a file does not decompress to far more than its size, as decompression bombs do.

    Args:
        path: path of the file.
        what: the subject of the message: the name of the decompressed array, or "it" for the whole file.
        decompressed: decompressed size in bytes, or the number of decompressed bytes read so far.
        compressed: compressed size in bytes, or the number of compressed bytes read so far.
        max_bytes: a decompressed size up to this limit is always allowed.

    Raises:
        DataError: if the decompressed size is too large; names both sizes.
    """
    if decompressed > max(max_bytes, MAX_RATIO * compressed):
        sizes = f"unpacks to {format_bytes(decompressed)} or more from {format_bytes(compressed)}"
        raise DataError(f"{path}: {what} {sizes}; save it uncompressed if this is intended")
