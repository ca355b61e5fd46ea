"""Opening and naming data files, with messages for what goes wrong."""

from __future__ import annotations

import gzip
import io
import math
import os
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path
from typing import Any, BinaryIO, cast

import numpy as np

from nncli.core.errors import DataError
from nncli.core.spelling import nearest_file
from nncli.core.text_format import format_bytes
from nncli.core.types import Array, Shape
from nncli.core.untrusted_files import READ_ERRORS, open_zip, summarize_error
from nncli.data.npy import OBJECTS, read_array, read_header
from nncli.data.slices import Sliced, is_finite, slices

LARGEST_UNPACKED = 256 << 20  # bytes to which anything may unpack, however small it is packed
LARGEST_TEXT = 48 << 20  # likewise of tables, which take up to 15 bytes of memory for a byte of text
MOST_TIMES = 200  # its packed size, to which what is larger may unpack


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


@contextmanager
def unpacked(path: str, most: int = LARGEST_UNPACKED) -> Iterator[BinaryIO]:
    """A file for reading, decompressed where its name ends in .gz.

    Args:
        path: of the file.
        most: as for `check_unpacked`.

    Raises:
        DataError: where it is missing, may not be read, is no whole gzip file, or unpacks to far more than it is.
    """
    with opened(path) as file:
        if not path.lower().endswith(".gz"):
            yield file
            return
        with unzipped(file, path, most) as content:
            yield content


@contextmanager
def unzipped(file: BinaryIO, path: str, most: int = LARGEST_UNPACKED) -> Iterator[BinaryIO]:
    """What a gzip file holds.

    Args:
        file: that is packed.
        path: its name, for messages.
        most: as for `check_unpacked`.

    Raises:
        DataError: where it is no whole gzip file, or unpacks to far more than it is.
    """
    try:
        with gzip.open(file) as content:
            yield io.BufferedReader(_Unzipping(cast("BinaryIO", content), file, path, most), 1 << 18)
    except (OSError, EOFError, zlib.error) as error:
        raise DataError(f"{path}: not a whole gzip file ({error})") from None


class _Unzipping(io.RawIOBase):
    """What a gzip file holds, measured while it is read, against what it took of the file so far."""

    def __init__(self, content: BinaryIO, file: BinaryIO, path: str, most: int) -> None:
        self._content, self._file, self._path, self._most = content, file, path, most
        self._count = 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        """The next bytes."""
        part = self._content.read(len(buffer))
        buffer[: len(part)] = part
        self._count += len(part)
        if self._count > self._most:
            packed = self._file.tell() if self._file.seekable() else 0
            check_unpacked(self._path, "it", self._count, packed, self._most)
        return len(part)


def check_unpacked(path: str, what: str, unpacked: int, packed: int, most: int = LARGEST_UNPACKED) -> None:
    """Refuses what unpacks to far more than it is, as files do that are made to fill the memory.

    Args:
        path: of the file.
        what: is unpacked.
        unpacked: its size in bytes, or how much of it was seen.
        packed: its size in the file.
        most: bytes to which it may unpack, however small it is.

    Raises:
        DataError: with both sizes.
    """
    if unpacked > max(most, MOST_TIMES * packed):
        sizes = f"unpacks to {format_bytes(unpacked)} or more from {format_bytes(packed)}"
        raise DataError(f"{path}: {what} {sizes}; save it uncompressed if it is meant")


def load_array(path: str) -> Array:
    """The array of a .npy file, mapped into memory rather than read.

    Raises:
        DataError: where it is missing, cut short, or holds objects, which are never unpickled.
    """
    with opened(path) as file:
        if file.read(2) == b"PK":
            raise DataError(f"{path}: holds several arrays; expected a .npy file with one")
        file.seek(0)
        try:
            shape, fortran, dtype = read_header(file)
            return np.memmap(path, dtype, "r", file.tell(), shape, "F" if fortran else "C")
        except READ_ERRORS as error:
            raise DataError(f"{path}: not a whole .npy file of numbers or text ({_one_line(error)})") from None


@contextmanager
def opened_archive(path: str) -> Iterator[zipfile.ZipFile]:
    """The members of a .npz file, as files.

    Raises:
        DataError: where it is missing or damaged, or what is read from it is no whole array of numbers or text.
    """
    with opened(path) as file:
        try:
            with open_zip(file) as archive:
                yield archive
        except DataError:
            raise
        except READ_ERRORS as error:
            raise DataError(f"{path}: not a whole .npz file of numbers or text ({_one_line(error)})") from None


def load_members(path: str, wanted: list[str]) -> list[Array]:
    """Some of the arrays of a .npz file.

    Raises:
        DataError: where it is missing, damaged, lacks one of them, or holds objects, which are never unpickled.
    """
    with opened_archive(path) as archive:
        return [_read_member(archive, path, name, None)[0] for name in wanted]


def load_first_rows(path: str, name: str, rows: int) -> tuple[Array, Shape]:
    """(the first rows, the whole shape) of one array of a .npz file.

    Raises:
        DataError: as for `load_members`.
    """
    with opened_archive(path) as archive:
        return _read_member(archive, path, name, rows)


def member_names(path: str) -> list[str]:
    """The names of the arrays of a .npz file.

    Raises:
        DataError: where it is missing or damaged.
    """
    with opened_archive(path) as archive:
        return _names(archive)


def member_bytes(path: str) -> int:
    """How large the arrays of a .npz file are together, unpacked.

    Raises:
        DataError: where it is missing or damaged.
    """
    with opened_archive(path) as archive:
        return sum(info.file_size for info in archive.infolist())


def _names(archive: zipfile.ZipFile) -> list[str]:
    return [member.removesuffix(".npy") for member in archive.namelist()]


def _read_member(archive: zipfile.ZipFile, path: str, name: str, rows: int | None) -> tuple[Array, Shape]:
    """(the array or its first rows, its whole shape)."""
    if name not in _names(archive):
        known = ", ".join(_names(archive))
        raise DataError(f"{path}: no array {name!r}; it holds {known}; say which with inputs: and targets:")
    if f"{name}.npy" not in archive.namelist():
        raise DataError(f"{path}: {name} is no array")
    info = archive.getinfo(f"{name}.npy")
    check_unpacked(path, name, info.file_size, min(info.compress_size, os.path.getsize(path)))
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


def read_at_most(file: BinaryIO, size: int) -> bytearray:
    """The next bytes of a file, whose number is not to be trusted."""
    content = bytearray()
    while len(content) < size and (block := file.read(min(size - len(content), 1 << 20))):
        content += block
    return content


def _one_line(error: BaseException) -> str:
    """What NumPy says, but for its advice to load what is not to be trusted."""
    return OBJECTS if "pickle" in str(error) or "magic string" in str(error) else summarize_error(error)


def check_finite(array: Sliced, path: str, origin: Array) -> None:
    """Checks an array of numbers.

    Args:
        array: (n, *) to check.
        path: of its file.
        origin: (n,) the number of every row in that file.

    Raises:
        DataError: naming file, row and column of the first entry that is nan or infinite.
    """
    if array.dtype.kind != "f" or 0 in array.shape:
        return
    if isinstance(array, np.ndarray) and is_finite(array):
        return
    start = 0
    for part in slices(array):
        if is_finite(part):
            start += len(part)
            continue
        part = part.reshape(len(part), *array.shape[1:])
        row, *rest = (int(index) for index in np.argwhere(~np.isfinite(part))[0])
        place = f"row {origin[start + row]}" + (
            f", column {rest[0]}" if len(rest) == 1 else f", at {rest}" if rest else ""
        )
        value = part[(row, *rest)]
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
