"""Read the rows of an array in chunks, because the array may be larger than memory."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any, Protocol

from nncli.core.types import Array, Shape

MAX_CHUNK_ROWS = 1 << 16
MAX_CHUNK_BYTES = 1 << 25  # size of a chunk after conversion to float64


class Chunked(Protocol):
    """An array, or an array-like object whose rows can only be read in slices."""

    @property
    def shape(self) -> Shape:
        """The shape (n, ..., columns)."""

    @property
    def dtype(self) -> Any:
        """The dtype of the entries."""

    def __len__(self) -> int: ...

    def __getitem__(self, index: slice, /) -> Array: ...

    def __array__(self, dtype: Any = None, /, *, copy: bool | None = None) -> Array: ...


def rows_per_chunk(shape: Shape) -> int:
    """Return the number of rows in a chunk of an array of this shape."""
    return max(1, min(MAX_CHUNK_ROWS, MAX_CHUNK_BYTES // (8 * max(1, math.prod(shape[1:])))))


def chunks(x: Chunked) -> Iterator[Array]:
    """Yield the rows in order, in chunks (rows, entries per row) that are small enough to be copied as float64."""
    rows, entries = rows_per_chunk(x.shape), math.prod(x.shape[1:])
    for start in range(0, len(x), rows):
        chunk = x[start : start + rows]
        yield chunk.reshape(len(chunk), entries)
