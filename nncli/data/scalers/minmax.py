"""Scale to the range from 0 to 1."""

from __future__ import annotations

from dataclasses import dataclass

from nncli.data.arrays.chunks import Chunked, chunks
from nncli.data.scaler import Scaler, scaler
from nncli.data.scaling import Affine
from nncli.data.statistics.column_range import ColumnRange, nonzero_scale


@scaler("minmax")
@dataclass(frozen=True)
class MinMaxScaler(Scaler):
    """Scale to the range from 0 to 1: (x - min) / (max - min). A constant column becomes 0.

    Reference: scikit-learn, `preprocessing.MinMaxScaler`.
    """

    def fit(self, x: Chunked) -> Affine:
        """Fit minimum and maximum of every column or channel in one pass over the rows."""
        value_range = ColumnRange()
        for rows in chunks(x):
            value_range.update(rows)
        low, high = value_range.of_columns(x.shape[-1])
        return Affine(low, nonzero_scale(high - low))
