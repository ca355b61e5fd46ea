"""Quantiles of columns."""

from __future__ import annotations

import numpy as np

from nncli.core.types import Array


def quantiles(columns: Array, shares: Array) -> Array:
    """The values below which these shares of a column's entries lie, with lines between entries (type 7).

    Args:
        columns: (n, columns).
        shares: from 0 to 1.

    Returns:
        (shares, columns) in float64.

    Reference: Hyndman and Fan, Sample Quantiles in Statistical Packages, The American Statistician 50 (1996), 361-365.
    """
    at = shares * (len(columns) - 1)
    low = np.floor(at).astype(np.intp)
    high, part = np.minimum(low + 1, len(columns) - 1), at - low
    found = np.empty((len(shares), columns.shape[1]))
    for column in range(columns.shape[1]):
        ordered = np.sort(columns[:, column])  # in its own type, which takes less room than float64
        below, above = ordered[low].astype(np.float64), ordered[high].astype(np.float64)
        found[:, column] = below + (above - below) * part
    return np.maximum.accumulate(found, axis=0)  # against rounding
