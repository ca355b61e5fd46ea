"""Files that are written whole or not at all."""

from __future__ import annotations

import contextlib
import os
import tempfile
from collections.abc import Callable
from typing import BinaryIO

from nncli.core.errors import SaveError

MARK = ".tmp"  # the ending of files that are not whole yet; their names begin with a dot


def write_atomically(path: str, write: Callable[[BinaryIO], object], *, durable: bool = True) -> None:
    """Writes a file beside its place, makes sure that it is on the disk, and moves it there.

    Args:
        path: of the file.
        write: writes its content.
        durable: false leaves it to the system when it gets to the disk, for what is no loss after a power cut.

    Raises:
        SaveError: where that fails; what stood at `path` before is untouched.
    """
    folder = os.path.dirname(os.path.abspath(path))
    try:
        descriptor, temporary = tempfile.mkstemp(prefix=f".{os.path.basename(path)}.", suffix=MARK, dir=folder)
        try:
            with os.fdopen(descriptor, "wb") as file:
                write(file)
                file.flush()
                if durable:
                    os.fsync(file.fileno())
            os.chmod(temporary, 0o666 & ~_umask())
            os.replace(temporary, path)
        except BaseException:
            with contextlib.suppress(OSError):  # it may have its name already
                os.unlink(temporary)
            raise
        if durable:
            sync_folder(folder)
    except OSError as error:
        raise SaveError(f"{path}: cannot be written ({error.strerror or error})") from None


def is_temporary(name: str) -> bool:
    """Whether a file name is that of a file that was not finished."""
    return name.startswith(".") and name.endswith(MARK)


def sync_file(path: str) -> None:
    """Makes sure that a file's content is on the disk."""
    with open(path, "rb+") as file:
        os.fsync(file.fileno())


def sync_folder(folder: str) -> None:
    """Makes sure that the names in a folder are on the disk; Windows opens no folders, and needs none of it."""
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
