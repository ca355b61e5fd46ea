"""Scale to mean 0 and standard deviation 1."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from nncli.data.arrays.chunks import Chunked, chunks
from nncli.data.scaler import Scaler, scaler
from nncli.data.scaling import Affine
from nncli.data.statistics.column_range import ColumnRange, nonzero_scale


@scaler("standard")
@dataclass(frozen=True)
class StandardScaler(Scaler):
    """Scale to mean 0 and standard deviation 1: (x - mean) / std, with the biased std as in scikit-learn.

    A constant column becomes 0.

    Reference: scikit-learn, `preprocessing.StandardScaler`.
    """

    def fit(self, x: Chunked) -> Affine:
        """Fit mean and standard deviation of every column or channel in two passes over the rows."""
        width, places = x.shape[-1], math.prod(x.shape[1:-1])  # places: entries of one column in a row, as pixels
        value_range, total, square = ColumnRange(), np.zeros(places * width), np.zeros(places * width)
        for rows in chunks(x):
            total += rows.sum(axis=0, dtype=np.float64)
            value_range.update(rows)
        mean = total.reshape(places, width).sum(axis=0) / (len(x) * places)
        repeated = np.tile(mean, places)
        for rows in chunks(x):
            deviation = np.subtract(rows, repeated, dtype=np.float64)
            square += np.einsum("ij,ij->j", deviation, deviation)
        std = np.sqrt(square.reshape(places, width).sum(axis=0) / (len(x) * places))
        low, high = value_range.of_columns(width)
        constant = low == high  # rounding errors of the mean would make std slightly positive
        return Affine(np.where(constant, low, mean), nonzero_scale(np.where(constant, 0.0, std)))
