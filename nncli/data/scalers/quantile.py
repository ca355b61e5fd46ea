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
    """Scale to a normal distribution, whatever the column's: every value becomes the normal quantile of its rank.

    y = Phi^-1(F(x)), F piecewise linear through the quantiles, Phi^-1 clipped to -5.2 and 5.2 (at 1e-7). Inputs outside
    of the training rows' range are clipped to its minimum or maximum; targets outside of it are extrapolated linearly,
    because they have to be measured in original units. A constant column becomes -5.2. Above 2^27 entries the quantiles
    are estimated from rows at even distances, 2^24 entries of them.

    Args:
        quantiles: number of quantiles per column, at least 2; at most the number of rows is used.

    Reference: scikit-learn, `preprocessing.QuantileTransformer(output_distribution="normal", subsample=None)`, which
    also clips values within 1e-7 of the minimum or maximum, whatever the column's magnitude.
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
