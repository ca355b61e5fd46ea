"""The inputs of the network: rows are scaled and converted to its dtype when they are read."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

import numpy as np

from nncli.core.errors import DataError
from nncli.core.types import Array, FloatDType, Shape
from nncli.data.arrays.chunks import rows_per_chunk
from nncli.data.arrays.finite_check import is_finite
from nncli.data.arrays.memory_mapped import MemoryMapped
from nncli.data.column_encoding.encoded_table import EncodedTable
from nncli.data.scaling import Scaling

RawInputs: TypeAlias = Array | MemoryMapped | EncodedTable
RowCheck: TypeAlias = Callable[[Array], tuple[int, str] | None]  # returns (index of an invalid row, reason) or None


class NetworkInputs:
    """Scaled rows in the dtype of the network.

    Args:
        raw: (n, *input shape) unscaled values.
        scaling: scaling of the values, or None.
        dtype: dtype of the network.
        place: returns the place of a row in its file, for messages.
        check: returns the first row that the network does not accept, and why; None if it accepts all rows.
                Default: no check.
    """

    def __init__(
        self,
        raw: RawInputs,
        scaling: Scaling | None,
        dtype: FloatDType,
        place: Callable[[int], str],
        check: RowCheck | None = None,
    ) -> None:
        self._raw = raw
        self._scaling = scaling
        self._place = place
        self._check = check
        self.shape: Shape = raw.shape
        self.dtype = dtype

    def __len__(self) -> int:
        return self.shape[0]

    def load(self) -> Array | NetworkInputs:
        """Return all rows in memory, or this object if its rows are memory-mapped; `check` is applied to all rows.

        Raises:
            DataError: if the network does not accept a row.
        """
        if not isinstance(self._raw, MemoryMapped):
            return self[:]
        if self._check is not None:
            step = rows_per_chunk(self.shape)
            for start in range(0, len(self), step):
                self[start : start + step]
        return self

    def __getitem__(self, rows: slice) -> Array:
        """Return a slice of the rows; a view if neither scaling nor dtype changes them.

        Raises:
            DataError: if a value is too large for the dtype, or the network does not accept a row.
        """
        start, stop, _ = rows.indices(len(self))
        raw = self._raw
        if self._scaling is None and type(raw) is np.ndarray and raw.dtype == self.dtype and raw.flags.carray:
            view: Array = raw[start:stop]
            self._validate(view, range(start, stop))
            return view
        result = np.empty((max(0, stop - start), *self.shape[1:]), self.dtype)
        step = rows_per_chunk(self.shape)
        for at in range(start, stop, step):
            end = min(at + step, stop)
            self._scale_into(result[at - start : end - start], self._raw[at:end], range(at, end))
        return result

    def gather(self, indices: Array, out: Array) -> None:
        """Read memory-mapped rows in any order into `out`.

        Raises:
            DataError: if a value is too large for the dtype, or the network does not accept a row.
        """
        assert isinstance(self._raw, MemoryMapped)
        self._scale_into(out, self._raw.gather(indices), indices)

    def _scale_into(self, out: Array, raw: Array, row_numbers: Array | range) -> None:
        with np.errstate(over="ignore", invalid="ignore"):
            out[...] = raw if self._scaling is None else self._scaling.apply(raw)
        self._validate(out, row_numbers)

    def _validate(self, rows: Array, row_numbers: Array | range) -> None:
        if not is_finite(rows):
            finite = np.isfinite(rows).reshape(len(rows), -1).all(axis=1)
            raise self._too_large(int(row_numbers[int(finite.argmin())]))
        if self._check is not None and (fault := self._check(rows)):
            row, message = fault
            raise DataError(f"{self._place(int(row_numbers[row]))}: {message}")

    def _too_large(self, row: int) -> DataError:
        advice = "; scale the data" if self._scaling is None else " even after scaling; remove such values"
        return DataError(f"{self._place(row)}: a value is too large for {self.dtype}{advice}")
