"""Check arrays for nan and infinity."""

from __future__ import annotations

import math

import numpy as np

from nncli.core.errors import DataError
from nncli.core.types import Array
from nncli.data.arrays.chunks import Chunked, chunks


def is_finite(array: Array) -> bool:
    """Whether every number is finite."""
    if array.flags.c_contiguous and math.isfinite(np.vdot(array, array)):
        return True
    # the sum of squares may overflow even if every number is finite; max and min are nan if any number is nan
    return array.size == 0 or (math.isfinite(array.max()) and math.isfinite(array.min()))


def check_finite(array: Chunked, path: str, row_numbers: Array) -> None:
    """Check that an array of numbers is finite.

    Args:
        array: (n, *).
        path: path of the array's file.
        row_numbers: (n,) each row's number in the file.

    Raises:
        DataError: if an entry is nan or infinite; names the file, row and column of the first such entry.
    """
    if array.dtype.kind != "f" or 0 in array.shape:
        return
    if isinstance(array, np.ndarray) and is_finite(array):
        return
    start = 0
    for chunk in chunks(array):
        if is_finite(chunk):
            start += len(chunk)
            continue
        chunk = chunk.reshape(len(chunk), *array.shape[1:])
        row, *rest = (int(index) for index in np.argwhere(~np.isfinite(chunk))[0])
        place = f"row {row_numbers[start + row]}" + (
            f", column {rest[0]}" if len(rest) == 1 else f", at {rest}" if rest else ""
        )
        value = chunk[(row, *rest)]
        raise DataError(f"{path}: {place} (counted from 0): expected a finite number; got {value}")
