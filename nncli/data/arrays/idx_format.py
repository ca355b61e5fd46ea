"""Read files in the idx format, in which MNIST is published."""

from __future__ import annotations

import math
from typing import Any, BinaryIO

import numpy as np

from nncli.core.errors import DataError
from nncli.core.types import Array, Shape
from nncli.data.files.decompression import open_decompressed
from nncli.data.files.opening import read_at_most

DTYPES = {0x08: ">u1", 0x09: ">i1", 0x0B: ">i2", 0x0C: ">i4", 0x0D: ">f4", 0x0E: ">f8"}
MAX_AXES = 32  # the limit of the oldest supported NumPy


def read_idx(path: str) -> Array:
    """Return the array of an idx file.

    Raises:
        DataError: if the file is missing, has another format or is truncated.
    """
    with open_decompressed(path) as file:
        shape, dtype = _read_header(file, path)
        content = read_at_most(file, math.prod(shape) * dtype.itemsize)
        excess = len(file.read(1))
    if excess or len(content) != math.prod(shape) * dtype.itemsize:
        holds = f"more than {len(content)}" if excess else f"{len(content)}"
        raise DataError(f"{path}: its header says {shape}, but it holds {holds} bytes of data")
    return _array(content, shape, dtype, path)


def read_idx_rows(path: str, rows: int) -> tuple[Array, Shape, np.dtype[Any]]:
    """Return (the first rows, the shape of the full array, the dtype) of an idx file.

    Raises:
        DataError: if the file is missing, has another format or is truncated.
    """
    with open_decompressed(path) as file:
        shape, dtype = _read_header(file, path)
        part = (min(rows, shape[0]), *shape[1:]) if shape else ()
        content = read_at_most(file, math.prod(part) * dtype.itemsize)
    if len(content) != math.prod(part) * dtype.itemsize:
        raise DataError(f"{path}: its header says {shape}, but it holds {len(content)} bytes of data")
    return _array(content, part, dtype, path), shape, dtype


def _array(content: bytearray, shape: Shape, dtype: np.dtype[Any], path: str) -> Array:
    try:
        return np.frombuffer(content, dtype, math.prod(shape)).reshape(shape)
    except ValueError:  # one axis is 0, and the product of the others overflows
        raise DataError(f"{path}: its header says {shape}, which is too large for an array") from None


def _read_header(file: BinaryIO, path: str) -> tuple[Shape, np.dtype[Any]]:
    start = file.read(4)
    if len(start) < 4 or start[:2] != b"\0\0" or start[2] not in DTYPES:
        raise DataError(f"{path}: not an idx file (it begins with {start.hex()!r})")
    if start[3] > MAX_AXES:
        raise DataError(f"{path}: its header says {start[3]} axes; an array has at most {MAX_AXES}")
    sizes = file.read(4 * start[3])
    if len(sizes) < 4 * start[3]:
        raise DataError(f"{path}: not an idx file (its header is cut short)")
    shape = tuple(int.from_bytes(sizes[at : at + 4], "big") for at in range(0, len(sizes), 4))
    return shape, np.dtype(DTYPES[start[2]])
