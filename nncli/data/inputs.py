"""What the network gets for rows, made from the raw values slice by slice."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeAlias

import numpy as np

from nncli.core.errors import DataError
from nncli.core.types import Array, FloatDType, Shape
from nncli.data.columns import Encode
from nncli.data.mapped import Mapped
from nncli.data.scaling import Scaling
from nncli.data.slices import is_finite, rows_of_slice


class Encoded:
    """The columns of a table as numbers.

    Args:
        encoders: one a column.
        rows: how many rows there are.
        features: how many numbers a row becomes.
    """

    def __init__(self, encoders: list[Encode], rows: int, features: int) -> None:
        self._encoders = encoders
        self.shape: Shape = (rows, features)
        self.dtype = np.dtype(np.float64)

    def __len__(self) -> int:
        return self.shape[0]

    def __getitem__(self, rows: slice) -> Array:
        return np.concatenate([encode(rows) for encode in self._encoders], axis=1)

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> Array:
        return np.asarray(self[:], dtype)


Raw: TypeAlias = Array | Mapped | Encoded
Check: TypeAlias = Callable[[Array], "tuple[int, str] | None"]


class NetworkInputs:
    """Scaled rows in the dtype of the network.

    Args:
        raw: (n, *input shape) values as they came.
        scaling: of them, or None.
        dtype: of the network.
        place: where a row stands, for messages.
        check: gives the first of some rows that the network cannot take and what is wrong with it, or None; default
            it takes all.
    """

    def __init__(
        self,
        raw: Raw,
        scaling: Scaling | None,
        dtype: FloatDType,
        place: Callable[[int], str],
        check: Check | None = None,
    ) -> None:
        self._raw = raw
        self._scaling = scaling
        self._place = place
        self._check = check
        self.shape: Shape = raw.shape
        self.dtype = dtype

    def __len__(self) -> int:
        return self.shape[0]

    def held(self) -> Array | NetworkInputs:
        """All rows in memory, but where they are mapped; whether the network can take them is known then.

        Raises:
            DataError: where it cannot.
        """
        if not isinstance(self._raw, Mapped):
            return self[:]
        if self._check is not None:
            step = rows_of_slice(self.shape)
            for start in range(0, len(self), step):
                self[start : start + step]
        return self

    def __getitem__(self, rows: slice) -> Array:
        """Some rows in their order; a view where they are as the network takes them.

        Raises:
            DataError: where a value is too large for the dtype, or the network cannot take a row.
        """
        start, stop, _ = rows.indices(len(self))
        raw = self._raw
        if self._scaling is None and type(raw) is np.ndarray and raw.dtype == self.dtype and raw.flags.carray:
            as_they_are: Array = raw[start:stop]
            self._look(as_they_are, range(start, stop))
            return as_they_are
        result = np.empty((max(0, stop - start), *self.shape[1:]), self.dtype)
        step = rows_of_slice(self.shape)
        for at in range(start, stop, step):
            end = min(at + step, stop)
            self._fill(result[at - start : end - start], self._raw[at:end], range(at, end))
        return result

    def gather(self, indices: Array, out: Array) -> None:
        """Reads rows in any order into `out`.

        Raises:
            DataError: where a value is too large for the dtype, or the network cannot take a row.
        """
        assert isinstance(self._raw, Mapped)
        self._fill(out, self._raw.gather(indices), indices)

    def _fill(self, out: Array, raw: Array, numbers: Array | range) -> None:
        """Scales rows into `out`; `numbers` are theirs among all rows."""
        with np.errstate(over="ignore", invalid="ignore"):
            out[...] = raw if self._scaling is None else self._scaling.apply(raw)
        self._look(out, numbers)

    def _look(self, out: Array, numbers: Array | range) -> None:
        """Whether the network can take these rows; `numbers` are theirs among all rows."""
        if not is_finite(out):
            finite = np.isfinite(out).reshape(len(out), -1).all(axis=1)
            raise self._too_large(int(numbers[int(finite.argmin())]))
        if self._check is not None and (fault := self._check(out)):
            row, message = fault
            raise DataError(f"{self._place(int(numbers[row]))}: {message}")

    def _too_large(self, row: int) -> DataError:
        advice = "; scale the data" if self._scaling is None else " even scaled; leave such values out"
        return DataError(f"{self._place(row)}: a value is too large for {self.dtype}{advice}")
