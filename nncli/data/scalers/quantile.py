"""Scale to a normal distribution by rank."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

import numpy as np
from annotated_types import Ge

from nncli.core.errors import DataError
from nncli.data.arrays.chunks import Chunked
from nncli.data.arrays.row_sampling import sample_rows
from nncli.data.scaler import Scaler, scaler
from nncli.data.scaling.quantile_scaling import QuantileScaling
from nncli.data.statistics.column_quantiles import column_quantiles

MAX_QUANTILES = 1 << 20  # limit for all columns together, because meta.json stores them


@scaler("quantile")
@dataclass(frozen=True)
class QuantileScaler(Scaler):
    """Scale every column to a normal distribution: a value becomes the normal quantile of its rank.

    y = Phi^-1(F(x)), where F is piecewise linear through the quantiles, and y is clipped to -5.2 and 5.2, the normal
    quantiles of 1e-7 and 1 - 1e-7. Inputs outside the range of the training rows are clipped to its minimum or maximum;
    targets outside this range are extrapolated linearly, so that they can be converted back to original units. A
    constant column becomes -5.2. For arrays of more than 2^27 entries, the quantiles are estimated from evenly spaced
    rows with 2^24 entries in total.

    Args:
        quantiles: number of quantiles per column, at least 2; limited to the number of rows.

    Reference: scikit-learn, `preprocessing.QuantileTransformer(output_distribution="normal", subsample=None)`, which
    also clips values within 1e-7 of the minimum or maximum, without regard to the column's magnitude.
    """

    quantiles: Annotated[int, Ge(2)] = 1000

    def fit(self, x: Chunked) -> QuantileScaling:
        """Fit the quantiles of every column or channel.

        Raises:
            DataError: if all columns together have more quantiles than a checkpoint can store.
        """
        columns = sample_rows(x)
        count, width = min(self.quantiles, len(columns)), columns.shape[1]
        if count * width > MAX_QUANTILES:
            most = f"{MAX_QUANTILES:,} in all; write quantiles: {max(2, MAX_QUANTILES // width)}"
            raise DataError(f"{count:,} quantiles of {width:,} columns; expected at most {most}", path=("quantiles",))
        return QuantileScaling(column_quantiles(columns, np.linspace(0, 1, count)))
