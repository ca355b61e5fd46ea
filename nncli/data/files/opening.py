"""Open data files; errors name the file and what is wrong with it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import BinaryIO

from nncli.core.errors import DataError
from nncli.core.spelling import nearest_file


def file_not_found(path: str) -> DataError:
    """Return the error for a missing file; it suggests the most similar name in the same folder."""
    return DataError(f"no such file or folder: {path}{nearest_file(path)}", file=path)


@contextmanager
def open_file(path: str) -> Iterator[BinaryIO]:
    """Open a file for reading.

    Raises:
        DataError: if it is missing, a folder, or not readable.
    """
    try:
        file = open(path, "rb")  # noqa: SIM115  # closed by the with below
    except FileNotFoundError:
        raise file_not_found(path) from None
    except OSError as error:
        raise DataError(f"{path}: cannot be read ({error.strerror})", file=path) from None
    with file:
        yield file


def read_at_most(file: BinaryIO, size: int) -> bytearray:
    """Read up to `size` bytes in blocks, because a wrong size in a file's header may be larger than memory."""
    content = bytearray()
    while len(content) < size and (block := file.read(min(size - len(content), 1 << 20))):
        content += block
    return content
