"""Scaling to mean 0 and standard deviation 1."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from nncli.data.extremes import Extremes, or_one
from nncli.data.scaler import Scaler, scaler
from nncli.data.scaling import Affine
from nncli.data.slices import Sliced, slices


@scaler("standard")
@dataclass(frozen=True)
class StandardScaler(Scaler):
    """Mean 0 and standard deviation 1: (x - mean) / std, with the biased std as in scikit-learn.

    A constant column becomes 0.

    Reference: scikit-learn, `preprocessing.StandardScaler`.
    """

    def fit(self, x: Sliced) -> Affine:
        """Mean and standard deviation of every column or channel, in two passes over the rows."""
        width, places = x.shape[-1], math.prod(x.shape[1:-1])  # places of a column in a row: pixels
        extremes, total, square = Extremes(), np.zeros(places * width), np.zeros(places * width)
        for rows in slices(x):
            total += rows.sum(axis=0, dtype=np.float64)
            extremes.add(rows)
        mean = total.reshape(places, width).sum(axis=0) / (len(x) * places)
        repeated = np.tile(mean, places)
        for rows in slices(x):
            deviation = np.subtract(rows, repeated, dtype=np.float64)
            square += np.einsum("ij,ij->j", deviation, deviation)
        std = np.sqrt(square.reshape(places, width).sum(axis=0) / (len(x) * places))
        low, high = extremes.of_columns(width)
        constant = low == high  # where rounding of the mean would leave a tiny std
        return Affine(np.where(constant, low, mean), or_one(np.where(constant, 0.0, std)))
