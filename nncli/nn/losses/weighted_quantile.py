"""The weighted quantile, which minimizes the quantile loss."""

from __future__ import annotations

import numpy as np

from nncli.core.types import Array


def weighted_quantile(values: Array, weight: Array, fraction: float) -> float:
    """Return the smallest value at which the cumulative weight reaches a fraction of the total.

    Args:
        values: (n,), at least one.
        weight: (n,), not all 0.
        fraction: fraction of the total weight, in [0, 1]; 0.5 for the median.
    """
    order = np.argsort(values)
    cumulative = np.cumsum(weight[order])
    return float(values[order[np.searchsorted(cumulative, fraction * cumulative[-1])]])
