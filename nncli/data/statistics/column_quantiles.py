"""Quantiles of columns."""

from __future__ import annotations

import numpy as np

from nncli.core.types import Array


def column_quantiles(columns: Array, probabilities: Array) -> Array:
    """Return quantiles of every column, interpolated linearly between entries (type 7, NumPy's default).

    Args:
        columns: (n, columns).
        probabilities: (k,) from 0 to 1, ascending.

    Returns:
        (k, columns) in float64.

    Reference: Hyndman and Fan, Sample Quantiles in Statistical Packages, The American Statistician 50 (1996), 361-365.
    """
    at = probabilities * (len(columns) - 1)
    low = np.floor(at).astype(np.intp)
    high, part = np.minimum(low + 1, len(columns) - 1), at - low
    quantiles = np.empty((len(probabilities), columns.shape[1]))
    for column in range(columns.shape[1]):
        ordered = np.sort(columns[:, column])  # in the dtype of `columns`, which may be smaller than float64
        below, above = ordered[low].astype(np.float64), ordered[high].astype(np.float64)
        quantiles[:, column] = below + (above - below) * part
    return np.maximum.accumulate(quantiles, axis=0)  # rounding may have put two quantiles out of order
