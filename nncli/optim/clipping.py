"""Clipping of gradients."""

from __future__ import annotations

from math import isfinite, sqrt

import numpy as np

from nncli.core.types import Array


def norm(gradient: Array) -> float:
    """Return the square root of the sum of squares; not finite only if an entry is not, or the norm exceeds 1.8e308."""
    square = float(np.vdot(gradient, gradient))  # unlike dot, it never warns
    if isfinite(square):
        return sqrt(square)
    with np.errstate(all="ignore"):
        wide = gradient.astype(np.float64)  # squares overflow before the norm does
        largest = float(np.abs(wide).max())
        if not isfinite(largest):
            return largest
        wide /= largest
        return largest * sqrt(float(np.vdot(wide, wide)))


def clip(gradient: Array, length: float, max_norm: float) -> None:
    """Scale the gradient in place to norm `max_norm` if it is longer.

    Args:
        gradient: changed.
        length: its norm.
        max_norm: above 0.
    Reference: Pascanu, Mikolov and Bengio, ICML 2013.
    """
    if length > max_norm:
        gradient *= max_norm / length
