"""Make rows from arrays, and check them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np

from nncli.core.errors import DataError
from nncli.core.types import Array, Shape
from nncli.data.arrays.finite_check import check_finite
from nncli.data.arrays.memory_mapped import MemoryMapped
from nncli.data.rows.preview import Preview
from nncli.data.rows.raw_rows import NotLoaded, Rows


def array_rows(inputs: Array | MemoryMapped, targets: Array | None, name: str, target_file: str, target: str) -> Rows:
    """Return rows from arrays of inputs and targets.

    Args:
        inputs: (n, *) numbers.
        targets: (n,) or (n, targets) labels or numbers, or None.
        name: name of the inputs in messages.
        target_file: name of the targets in messages.
        target: name of the target, such as y; several targets are named y_0, y_1 and so on.

    Raises:
        DataError: if the inputs are not rows of finite numbers, or the lengths differ.
    """
    _check_arrays(inputs.dtype, inputs.shape, targets, name, target_file)
    return _rows(inputs, np.arange(len(inputs)), targets, name, target_file, target)


def array_preview(
    sample: Array, origin: Array, shape: Shape, targets: Array, name: str, target_file: str, target: str
) -> Preview:
    """Return a preview of a large array: some of its rows, and the targets of all rows.

    Args:
        sample: (m, *) some of the rows.
        origin: (m,) the index of each sampled row in the whole array.
        shape: shape of the whole array.
        targets: (n,) or (n, targets) the targets of all rows.
        name: name of the inputs in messages.
        target_file: name of the targets in messages.
        target: name of the target.

    Raises:
        DataError: as for `array_rows`.
    """
    _check_arrays(sample.dtype, shape, targets, name, target_file)
    rows = _rows(sample, origin, targets[origin], name, target_file, target)
    return Preview(replace(rows, inputs=NotLoaded(shape[0]), targets=targets, origin=np.arange(shape[0])), rows)


def array_place(path: str) -> Callable[..., str]:
    """Return a function that describes, for messages, where a row or entry is in an array file."""

    def place(row: int, column: int | None = None) -> str:
        return f"{path}: row {row}{'' if column is None else f', column {column}'} (counted from 0)"

    return place


def _check_arrays(dtype: Any, shape: Shape, targets: Array | None, name: str, target_file: str) -> None:
    if dtype.kind not in "biuf":
        raise DataError(f"{name}: expected numbers; got {dtype}")
    if len(shape) < 2:
        raise DataError(f"{name}: expected (rows, columns) or images; got the shape {shape}")
    if 0 in shape:
        raise DataError(f"{name}: no rows or no columns; its shape is {shape}")
    if targets is not None and targets.dtype.kind not in "biufUS":
        raise DataError(f"{target_file}: expected numbers or text; got {targets.dtype}")
    if targets is not None and targets.ndim == 0:
        raise DataError(f"{target_file}: expected one target per row; got a single value")
    if targets is not None and len(targets) != shape[0]:
        raise DataError(f"{target_file}: {len(targets)} rows, but {name} has {shape[0]}")


def _rows(
    inputs: Array | MemoryMapped, origin: Array, targets: Array | None, name: str, target_file: str, target: str
) -> Rows:
    check_finite(inputs, name, origin)
    width = 1 if targets is None or targets.ndim < 2 else targets.shape[1]
    return Rows(
        inputs=inputs,
        targets=targets,
        name=name,
        where=array_place(name),
        where_target=array_place(target_file),
        origin=origin,
        target_names=(target,) if width == 1 else tuple(f"{target}_{index}" for index in range(width)),
    )
