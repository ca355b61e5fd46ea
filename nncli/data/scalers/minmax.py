"""Scaling to the range from 0 to 1."""

from __future__ import annotations

from dataclasses import dataclass

from nncli.data.extremes import Extremes, or_one
from nncli.data.scaler import Scaler, scaler
from nncli.data.scaling import Affine
from nncli.data.slices import Sliced, slices


@scaler("minmax")
@dataclass(frozen=True)
class MinMaxScaler(Scaler):
    """From 0 at the smallest to 1 at the largest: (x - min) / (max - min). A constant column becomes 0.

    Reference: scikit-learn, `preprocessing.MinMaxScaler`.
    """

    def fit(self, x: Sliced) -> Affine:
        """Smallest and largest entry of every column or channel, in one pass over the rows."""
        extremes = Extremes()
        for rows in slices(x):
            extremes.add(rows)
        low, high = extremes.of_columns(x.shape[-1])
        return Affine(low, or_one(high - low))
