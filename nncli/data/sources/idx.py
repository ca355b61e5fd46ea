"""Files in MNIST's idx format."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from nncli.core.errors import DataError
from nncli.data.arrays.idx_format import read_idx, read_idx_rows
from nncli.data.file_endings import is_idx
from nncli.data.rows import Preview, Rows, array_preview, array_rows
from nncli.data.source import MIN_PREVIEW_BYTES, Source, source


@source("idx")
@dataclass(frozen=True, kw_only=True)
class Idx(Source):
    """Arrays in MNIST's idx format, gzipped or not.

    Shape: inputs (n, *), where (n, height, width) becomes (n, height, width, 1); targets (n,)

    Args:
        inputs: a file such as train-images-idx3-ubyte.gz.
        targets: a file such as train-labels-idx1-ubyte.gz.
        classes: the labels to use, in order; default all.
    Reference: http://yann.lecun.com/exdb/mnist, "THE IDX FILE FORMAT".
    """

    example = "{inputs: images-idx3-ubyte.gz, targets: labels-idx1-ubyte.gz}"

    inputs: str
    targets: str | None = None

    @classmethod
    def claims(cls, values: Mapping[str, Any]) -> bool:
        """Whether the name of the inputs is that of an idx file."""
        return "path" not in values and is_idx(str(values.get("inputs", "")))

    @classmethod
    def path_fields(cls, values: Mapping[str, Any]) -> tuple[str, ...]:
        """Return inputs and targets."""
        return ("inputs", "targets")

    @classmethod
    def input_fields(cls, path: str, like: Source) -> dict[str, Any]:
        """Return the file as inputs."""
        return {"inputs": path, "targets": None}

    def read(self, *, targets: bool = True) -> Rows:
        """Read the arrays of both files."""
        y_name = self._targets_file() if targets else None
        y = None if y_name is None else read_idx(y_name)
        rows = array_rows(read_idx(self.inputs), y, self.inputs, y_name or "", "label")
        return replace(rows, files=(self.inputs, *([y_name] if y_name else [])))

    def preview(self, count: int) -> Preview | None:
        """Read the first rows."""
        y_name = self._targets_file()
        sample, shape, dtype = read_idx_rows(self.inputs, count)
        if math.prod(shape) * dtype.itemsize < MIN_PREVIEW_BYTES:
            return None
        return array_preview(sample, np.arange(len(sample)), shape, read_idx(y_name), self.inputs, y_name, "label")

    def _targets_file(self) -> str:
        if self.targets is None:
            raise DataError(
                f"{self.inputs}: no targets; name their file with targets:, or --targets on the command line"
            )
        return self.targets
