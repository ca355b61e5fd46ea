"""Opening and naming data files, with messages for what goes wrong."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path
from typing import BinaryIO

import numpy as np

from nncli.core.errors import DataError
from nncli.core.spelling import nearest_file
from nncli.core.types import Array


def missing(path: str) -> DataError:
    """The error for a file that is not there, with the nearest name in its folder."""
    return DataError(f"no such file or folder: {path}{nearest_file(path)}", file=path)


@contextmanager
def opened(path: str) -> Iterator[BinaryIO]:
    """A file for reading.

    Raises:
        DataError: where it is missing, a folder, or may not be read.
    """
    try:
        file = open(path, "rb")  # noqa: SIM115  # closed by the with below
    except FileNotFoundError:
        raise missing(path) from None
    except OSError as error:
        raise DataError(f"{path}: cannot be read ({error.strerror})", file=path) from None
    with file:
        yield file


def load_array(path: str) -> Array:
    """The array of a .npy file, mapped into memory rather than read.

    Raises:
        DataError: where it is missing, cut short, or holds objects, which are never unpickled.
    """
    with opened(path):
        pass
    try:
        array = np.load(path, mmap_mode="r", allow_pickle=False)
    except (ValueError, OSError, EOFError) as error:
        raise DataError(f"{path}: not a whole .npy file of numbers or text ({_one_line(error)})") from None
    if not isinstance(array, np.ndarray):
        raise DataError(f"{path}: holds several arrays; expected a .npy file with one")
    return array


def load_members(path: str, wanted: list[str]) -> list[Array]:
    """Some of the arrays of a .npz file.

    Raises:
        DataError: where it is missing, damaged, lacks one of them, or holds objects, which are never unpickled.
    """
    import zipfile
    import zlib

    with opened(path) as file:
        try:
            with np.load(file, allow_pickle=False) as archive:
                arrays = []
                for name in wanted:
                    if name not in archive.files:
                        known = ", ".join(archive.files)
                        raise DataError(
                            f"{path}: no array {name!r}; it holds {known}; say which with inputs: and targets:"
                        )
                    array = archive[name]
                    if not isinstance(array, np.ndarray):
                        raise DataError(f"{path}: {name} is no array")
                    arrays.append(array)
                return arrays
        except (ValueError, OSError, EOFError, zipfile.BadZipFile, zlib.error) as error:
            if isinstance(error, DataError):
                raise
            raise DataError(f"{path}: not a whole .npz file of numbers or text ({_one_line(error)})") from None


def _one_line(error: Exception) -> str:
    return " ".join(str(error).split())[:160]


def check_finite(array: Array, path: str) -> None:
    """Checks an array of numbers.

    Raises:
        DataError: naming file, row and column of the first entry that is nan or infinite.
    """
    if not np.issubdtype(array.dtype, np.floating):
        return
    for start in range(0, len(array), 65536):
        chunk = np.isfinite(array[start : start + 65536])
        if not chunk.all():
            row, *rest = (int(index) for index in np.argwhere(~chunk)[0])
            place = f"row {start + row}" + (f", column {rest[0]}" if len(rest) == 1 else f", at {rest}" if rest else "")
            value = array[(start + row, *rest)]
            raise DataError(f"{path}: {place} (counted from 0): expected a finite number; got {value}")


def fingerprint(path: str) -> str:
    """The SHA-256 of a file's content in hexadecimal."""
    digest = sha256()
    with opened(path) as file:
        while block := file.read(1 << 20):
            digest.update(block)
    return digest.hexdigest()


def natural_order(name: str) -> list[tuple[int, int, str]]:
    """A sort key in which img_2 comes before img_10."""
    import re

    return [(0, int(part), "") if part.isdigit() else (1, 0, part) for part in re.split(r"(\d+)", name) if part]


def stem(path: str) -> str:
    """A file's name without folder and ending."""
    return Path(path).name.split(".")[0]
