"""The format of the MNIST files."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, BinaryIO

import numpy as np

from nncli.core.errors import DataError
from nncli.core.types import Array, Shape
from nncli.data.file_endings import is_idx
from nncli.data.files import read_at_most, unpacked
from nncli.data.rows import Glance, Rows, array_glance, array_rows
from nncli.data.source import LARGE, Source, source

DTYPES = {0x08: ">u1", 0x09: ">i1", 0x0B: ">i2", 0x0C: ">i4", 0x0D: ">f4", 0x0E: ">f8"}
MOST_AXES = 32  # of the oldest NumPy


@source("idx")
@dataclass(frozen=True, kw_only=True)
class Idx(Source):
    """Arrays in MNIST's idx format, gzipped or not.

    Shape: inputs (n, *), (n, height, width) becomes (n, height, width, 1); targets (n,)

    Args:
        inputs: a file such as train-images-idx3-ubyte.gz.
        targets: a file such as train-labels-idx1-ubyte.gz.
        classes: which labels to use and in what order; default all.
    Reference: http://yann.lecun.com/exdb/mnist, "THE IDX FILE FORMAT".
    """

    example = "{inputs: images-idx3-ubyte.gz, targets: labels-idx1-ubyte.gz}"

    inputs: str
    targets: str | None = None

    @classmethod
    def claims(cls, values: Mapping[str, Any]) -> bool:
        """Inputs whose name has idx and a digit in it, and no other known ending."""
        return "path" not in values and is_idx(str(values.get("inputs", "")))

    @classmethod
    def path_fields(cls, values: Mapping[str, Any]) -> tuple[str, ...]:
        """Inputs and targets."""
        return ("inputs", "targets")

    @classmethod
    def input_fields(cls, path: str, like: Source) -> dict[str, Any]:
        """The file as inputs."""
        return {"inputs": path, "targets": None}

    def read(self, *, targets: bool = True) -> Rows:
        """The arrays of both files."""
        y_name = self._targets_file() if targets else None
        y = None if y_name is None else read_idx(y_name)
        rows = array_rows(read_idx(self.inputs), y, self.inputs, y_name or "", "label")
        return replace(rows, files=(self.inputs, *([y_name] if y_name else [])))

    def glance(self, count: int) -> Glance | None:
        """The first rows."""
        y_name = self._targets_file()
        sample, shape, dtype = read_first_rows(self.inputs, count)
        if math.prod(shape) * dtype.itemsize < LARGE:
            return None
        return array_glance(sample, np.arange(len(sample)), shape, read_idx(y_name), self.inputs, y_name, "label")

    def _targets_file(self) -> str:
        if self.targets is None:
            raise DataError(
                f"{self.inputs}: no targets; name their file with targets:, or --targets on the command line"
            )
        return self.targets


def read_idx(path: str) -> Array:
    """The array of one idx file.

    Raises:
        DataError: where it is missing, of another format or cut short.
    """
    with unpacked(path) as file:
        shape, dtype = _read_header(file, path)
        content = read_at_most(file, math.prod(shape) * dtype.itemsize)
        further = len(file.read(1))
    if further or len(content) != math.prod(shape) * dtype.itemsize:
        holds = f"more than {len(content)}" if further else f"{len(content)}"
        raise DataError(f"{path}: its header says {shape}, but it holds {holds} bytes of data")
    return _array(content, shape, dtype, path)


def read_first_rows(path: str, rows: int) -> tuple[Array, Shape, np.dtype[Any]]:
    """(the first rows, the whole shape, the dtype) of one idx file.

    Raises:
        DataError: where it is missing, of another format or cut short.
    """
    with unpacked(path) as file:
        shape, dtype = _read_header(file, path)
        part = (min(rows, shape[0]), *shape[1:]) if shape else ()
        content = read_at_most(file, math.prod(part) * dtype.itemsize)
    if len(content) != math.prod(part) * dtype.itemsize:
        raise DataError(f"{path}: its header says {shape}, but it holds {len(content)} bytes of data")
    return _array(content, part, dtype, path), shape, dtype


def _array(content: bytearray, shape: Shape, dtype: np.dtype[Any], path: str) -> Array:
    try:
        return np.frombuffer(content, dtype, math.prod(shape)).reshape(shape)
    except ValueError:  # no rows of more than can be counted
        raise DataError(f"{path}: its header says {shape}, more than an array can be") from None


def _read_header(file: BinaryIO, path: str) -> tuple[Shape, np.dtype[Any]]:
    start = file.read(4)
    if len(start) < 4 or start[:2] != b"\0\0" or start[2] not in DTYPES:
        raise DataError(f"{path}: not an idx file (it begins with {start.hex()!r})")
    if start[3] > MOST_AXES:
        raise DataError(f"{path}: its header says {start[3]} axes; an array has at most {MOST_AXES}")
    sizes = file.read(4 * start[3])
    if len(sizes) < 4 * start[3]:
        raise DataError(f"{path}: not an idx file (its header is cut short)")
    shape = tuple(int.from_bytes(sizes[at : at + 4], "big") for at in range(0, len(sizes), 4))
    return shape, np.dtype(DTYPES[start[2]])
