"""Scaling by median and quartiles, which outliers hardly move."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from nncli.data.extremes import or_one
from nncli.data.order import quantiles
from nncli.data.scaler import Scaler, scaler
from nncli.data.scaling import Affine
from nncli.data.slices import Sliced, sampled


@scaler("robust")
@dataclass(frozen=True)
class RobustScaler(Scaler):
    """Median 0 and interquartile range 1: (x - median) / (q75 - q25), which outliers hardly move.

    Where the quartiles are the same, as in a constant column, only the median is subtracted. Above 2^27 entries the
    quartiles are those of rows at even distances, 2^24 entries of them.

    Reference: scikit-learn, `preprocessing.RobustScaler`.
    """

    def fit(self, x: Sliced) -> Affine:
        """Median and quartiles of every column or channel."""
        low, median, high = quantiles(sampled(x), np.array([0.25, 0.5, 0.75]))
        return Affine(median, or_one(high - low))
