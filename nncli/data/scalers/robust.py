"""Scale by median and quartiles, which outliers hardly change."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from nncli.data.arrays.chunks import Chunked
from nncli.data.arrays.row_sampling import sample_rows
from nncli.data.scaler import Scaler, scaler
from nncli.data.scaling import Affine
from nncli.data.statistics.column_quantiles import column_quantiles
from nncli.data.statistics.column_range import nonzero_scale


@scaler("robust")
@dataclass(frozen=True)
class RobustScaler(Scaler):
    """Scale to median 0 and interquartile range 1: (x - median) / (q75 - q25), which outliers hardly change.

    If the quartiles are equal, as in a constant column, only the median is subtracted. For arrays of more than
    2^27 entries, the quartiles are estimated from evenly spaced rows with 2^24 entries in total.

    Reference: scikit-learn, `preprocessing.RobustScaler`.
    """

    def fit(self, x: Chunked) -> Affine:
        """Fit median and quartiles of every column or channel."""
        low, median, high = column_quantiles(sample_rows(x), np.array([0.25, 0.5, 0.75]))
        return Affine(median, nonzero_scale(high - low))
