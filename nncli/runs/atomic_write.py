"""Write files atomically: completely or not at all."""

from __future__ import annotations

import contextlib
import os
import tempfile
from collections.abc import Callable
from typing import BinaryIO

from nncli.runs.file_errors import wrap_write_errors

UNFINISHED_ENDING = ".tmp"  # unfinished files also begin with a dot


def write_atomically(path: str, write: Callable[[BinaryIO], object], *, durable: bool = True) -> None:
    """Write a file under a temporary name, flush it to the disk and rename it to its path.

    Args:
        path: path of the file.
        write: function that writes the content into an open file.
        durable: whether to flush the file to the disk; not needed if the file may be lost in a power cut.

    Raises:
        SaveError: if that fails; an older file at `path` stays unchanged.
    """
    folder = os.path.dirname(os.path.abspath(path))
    with wrap_write_errors(path):
        prefix = f".{os.path.basename(path)}."
        descriptor, temporary = tempfile.mkstemp(prefix=prefix, suffix=UNFINISHED_ENDING, dir=folder)
        try:
            with os.fdopen(descriptor, "wb") as file:
                write(file)
                file.flush()
                if durable:
                    os.fsync(file.fileno())
            os.chmod(temporary, 0o666 & ~_umask())
            os.replace(temporary, path)
        except BaseException:
            with contextlib.suppress(OSError):  # the file may have been renamed already
                os.unlink(temporary)
            raise
        if durable:
            sync_folder(folder)


def is_temporary(name: str) -> bool:
    """Whether a file name is that of an unfinished file."""
    return name.startswith(".") and name.endswith(UNFINISHED_ENDING)


def sync_file(path: str) -> None:
    """Flush a file's content to the disk."""
    with open(path, "rb+") as file:
        os.fsync(file.fileno())


def sync_folder(folder: str) -> None:
    """Flush the entries of a folder to the disk; do nothing on Windows, which cannot open folders."""
    if os.name == "nt":
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
