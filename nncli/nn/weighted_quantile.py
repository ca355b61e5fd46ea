"""Weighted quantiles."""

from __future__ import annotations

import numpy as np

from nncli.core.types import Array


def weighted_quantile(values: Array, weight: Array, share: float) -> float:
    """Return the smallest value at which the cumulative weight reaches a share of the total.

    Args:
        values: (n,), at least one.
        weight: (n,), not all 0.
        share: of the total weight, in [0, 1]; 0.5 for the median.
    """
    order = np.argsort(values)
    cumulative = np.cumsum(weight[order])
    return float(values[order[np.searchsorted(cumulative, share * cumulative[-1])]])
