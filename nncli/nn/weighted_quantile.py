"""Quantiles of numbers that count with weights."""

from __future__ import annotations

import numpy as np

from nncli.core.types import Array


def weighted_quantile(values: Array, weight: Array, share: float) -> float:
    """The smallest value that together with the smaller ones has that share of the weight.

    Args:
        values: (n,) one at least.
        weight: (n,) not all 0.
        share: between 0 and 1.
    """
    order = np.argsort(values)
    below = np.cumsum(weight[order])  # of the values up to each
    return float(values[order[np.searchsorted(below, share * below[-1])]])
