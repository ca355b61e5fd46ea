"""The format of the MNIST files."""

from __future__ import annotations

import gzip
import math
import zlib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from nncli.core.errors import DataError
from nncli.core.types import Array
from nncli.data.files import opened
from nncli.data.rows import Rows, array_rows
from nncli.data.source import Source, source

DTYPES = {0x08: ">u1", 0x09: ">i1", 0x0B: ">i2", 0x0C: ">i4", 0x0D: ">f4", 0x0E: ">f8"}


@source("idx")
@dataclass(frozen=True)
class Idx(Source):
    """Arrays in MNIST's idx format, gzipped or not.

    Shape: inputs (n, *), (n, height, width) becomes (n, height, width, 1); targets (n,)

    Args:
        inputs: a file such as train-images-idx3-ubyte.gz.
        targets: a file such as train-labels-idx1-ubyte.gz.
        classes: which labels to use and in what order; default all.
    Reference: http://yann.lecun.com/exdb/mnist, "THE IDX FILE FORMAT".
    """

    inputs: str = ""
    targets: str | None = None

    @classmethod
    def claims(cls, values: Mapping[str, Any]) -> bool:
        """Inputs whose name has idx and a digit in it, and no other known ending."""
        return "path" not in values and _looks_like_idx(str(values.get("inputs", "")))

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
        if targets and self.targets is None:
            raise DataError(
                f"{self.inputs}: no targets; name their file with targets:, or --targets on the command line"
            )
        y_name = self.targets if targets else None
        y = None if y_name is None else read_idx(y_name)
        rows = array_rows(read_idx(self.inputs), y, self.inputs, y_name or "", "label")
        return replace(rows, files=(self.inputs, *([y_name] if y_name else [])))


def _looks_like_idx(path: str) -> bool:
    import re

    return re.search(r"idx\d", path.rsplit("/", 1)[-1]) is not None and not path.endswith((".npy", ".npz"))


def read_idx(path: str) -> Array:
    """The array of one idx file.

    Raises:
        DataError: where it is missing, of another format or cut short.
    """
    with opened(path) as file:
        try:
            content = gzip.decompress(file.read()) if path.endswith(".gz") else file.read()
        except (OSError, EOFError, zlib.error) as error:
            raise DataError(f"{path}: not a whole gzip file ({error})") from None
    if len(content) < 4 or content[:2] != b"\0\0" or content[2] not in DTYPES:
        raise DataError(f"{path}: not an idx file (it begins with {content[:4].hex()!r})")
    dtype, axes = np.dtype(DTYPES[content[2]]), content[3]
    header = 4 + 4 * axes
    shape = tuple(int.from_bytes(content[start : start + 4], "big") for start in range(4, header, 4))
    if len(content) != header + math.prod(shape) * dtype.itemsize:
        raise DataError(f"{path}: its header says {shape}, but it holds {len(content) - header} bytes of data")
    return np.frombuffer(content, dtype, offset=header).reshape(shape)
