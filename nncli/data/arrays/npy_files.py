"""Read .npy files and the arrays of .npz archives."""

from __future__ import annotations

import math
import os
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np

from nncli.core.errors import DataError
from nncli.core.types import Array, Shape
from nncli.core.untrusted_files import READ_ERRORS, open_zip, summarize_error
from nncli.data.arrays.npy_format import read_array, read_header
from nncli.data.files.decompression import check_decompressed_size
from nncli.data.files.opening import open_file


def load_npy(path: str) -> Array:
    """Return the array of a .npy file as a memory map.

    Raises:
        DataError: if it is missing or truncated, or holds Python objects, which are never unpickled.
    """
    with open_file(path) as file:
        if file.read(2) == b"PK":
            raise DataError(f"{path}: holds several arrays; expected a .npy file with one array")
        file.seek(0)
        try:
            shape, fortran, dtype = read_header(file)
            return np.memmap(path, dtype, "r", file.tell(), shape, "F" if fortran else "C")
        except READ_ERRORS as error:
            raise DataError(f"{path}: not a valid .npy file of numbers or text ({summarize_error(error)})") from None


def load_npz(path: str, names: list[str]) -> list[Array]:
    """Return some of the arrays of a .npz file.

    Raises:
        DataError: if it is missing or damaged, lacks an array, or holds Python objects, which are never unpickled.
    """
    with _open_npz(path) as archive:
        return [_read_member(archive, path, name, None)[0] for name in names]


def load_npz_rows(path: str, name: str, rows: int) -> tuple[Array, Shape]:
    """Return (the first rows, the shape of the full array) for one array of a .npz file.

    Raises:
        DataError: as for `load_npz`.
    """
    with _open_npz(path) as archive:
        return _read_member(archive, path, name, rows)


def npz_names(path: str) -> list[str]:
    """Return the names of the arrays of a .npz file.

    Raises:
        DataError: if it is missing or damaged.
    """
    with _open_npz(path) as archive:
        return _names(archive)


def npz_bytes(path: str) -> int:
    """Return the decompressed size of all arrays of a .npz file.

    Raises:
        DataError: if it is missing or damaged.
    """
    with _open_npz(path) as archive:
        return sum(info.file_size for info in archive.infolist())


@contextmanager
def _open_npz(path: str) -> Iterator[zipfile.ZipFile]:
    """Open a .npz file as a zip archive; errors in opening or reading it become a DataError."""
    with open_file(path) as file:
        try:
            with open_zip(file) as archive:
                yield archive
        except DataError:
            raise
        except READ_ERRORS as error:
            raise DataError(f"{path}: not a valid .npz file of numbers or text ({summarize_error(error)})") from None


def _names(archive: zipfile.ZipFile) -> list[str]:
    return [member.removesuffix(".npy") for member in archive.namelist()]


def _read_member(archive: zipfile.ZipFile, path: str, name: str, rows: int | None) -> tuple[Array, Shape]:
    """Return (the array or its first `rows` rows, the shape of the full array)."""
    if name not in _names(archive):
        known = ", ".join(_names(archive))
        message = f"{path}: no array {name!r}; it holds {known}; choose arrays with inputs: and targets:"
        raise DataError(message, missing=name)
    if f"{name}.npy" not in archive.namelist():
        raise DataError(f"{path}: {name} is not an array")
    info = archive.getinfo(f"{name}.npy")
    check_decompressed_size(path, name, info.file_size, min(info.compress_size, os.path.getsize(path)))
    with archive.open(info) as member:
        shape, fortran, dtype = read_header(member)
        if math.prod(shape) * dtype.itemsize > info.file_size:
            raise DataError(f"{path}: the header of {name} says {shape}, more than the file holds")
        if rows is not None and shape and not fortran:
            part = (min(rows, shape[0]), *shape[1:])
            content = member.read(math.prod(part) * dtype.itemsize)
            return np.frombuffer(content, dtype, math.prod(part)).reshape(part), shape
    with archive.open(info) as member:
        return read_array(member), shape
