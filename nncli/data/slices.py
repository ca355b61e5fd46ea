"""Going over the rows of an array that may be larger than memory, a slice at a time."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any, Protocol

import numpy as np

from nncli.core.types import Array, Shape

MOST_ROWS, MOST_BYTES = 1 << 16, 1 << 25  # of a slice; bytes once it is float64
WHOLE = 1 << 27  # entries up to which an array is taken whole where its order matters
SAMPLED = 1 << 24  # entries of the rows that are taken of a larger one
APART = 1 << 16  # bytes between rows from which on each is read by itself


class Sliced(Protocol):
    """An array, or what gives its rows only in slices."""

    @property
    def shape(self) -> Shape:
        """(n, ..., columns)."""

    @property
    def dtype(self) -> Any:
        """Of the entries."""

    def __len__(self) -> int: ...

    def __getitem__(self, index: slice, /) -> Array: ...

    def __array__(self, dtype: Any = None, /, *, copy: bool | None = None) -> Array: ...


class Columns:
    """Some columns of an array, taken when rows are asked for.

    Args:
        x: (n, ..., columns).
        positions: of the columns.
    """

    def __init__(self, x: Sliced, positions: list[int]) -> None:
        self._x = x
        self._positions = positions
        self.shape = (*x.shape[:-1], len(positions))
        self.dtype = x.dtype

    def __len__(self) -> int:
        return len(self._x)

    def __getitem__(self, index: slice) -> Array:
        return self._x[index][..., self._positions]

    def __array__(self, dtype: Any = None, *, copy: bool | None = None) -> Array:
        return np.asarray(self._x)[..., self._positions].astype(dtype or self.dtype, copy=False)


def slices(x: Sliced) -> Iterator[Array]:
    """The rows in order, as (rows, entries of a row), each slice small enough to be copied in float64."""
    rows, entries = rows_of_slice(x.shape), math.prod(x.shape[1:])
    for start in range(0, len(x), rows):
        part = x[start : start + rows]
        yield part.reshape(len(part), entries)


def is_finite(array: Array) -> bool:
    """Whether every number is finite. The sum of squares says so quickly, but it may be too large by itself."""
    if array.flags.c_contiguous and math.isfinite(np.vdot(array, array)):
        return True
    return array.size == 0 or (math.isfinite(array.max()) and math.isfinite(array.min()))  # nan comes through both


def rows_of_slice(shape: Shape) -> int:
    """How many rows of an array of that shape make up a slice."""
    return max(1, min(MOST_ROWS, MOST_BYTES // (8 * max(1, math.prod(shape[1:])))))


def sampled(x: Sliced) -> Array:
    """(m, columns): all rows up to WHOLE entries; of more, rows at even distances with at most SAMPLED entries."""
    width, entries = x.shape[-1], math.prod(x.shape[1:])
    if isinstance(x, np.ndarray) and x.size <= WHOLE:
        return x.reshape(-1, width)
    step = 1 if len(x) * entries <= WHOLE else -(-len(x) // max(1, SAMPLED // entries))
    found = np.empty((-(-len(x) // step), entries), x.dtype)
    if step * entries * x.dtype.itemsize >= APART:
        for index in range(len(found)):
            found[index] = x[index * step : index * step + 1].reshape(entries)
        return found.reshape(-1, width)
    start = taken = 0
    for part in slices(x):
        rows = part[-start % step :: step]
        found[taken : taken + len(rows)] = rows
        start, taken = start + len(part), taken + len(rows)
    return found.reshape(-1, width)
