"""Clipping of gradients."""

from __future__ import annotations

from math import isfinite, sqrt

import numpy as np

from nncli.core.types import Array


def norm(gradient: Array) -> float:
    """sqrt(sum of squares) of the whole gradient; infinite or nan only where an entry is, or it is above 1.8e308."""
    square = float(np.vdot(gradient, gradient))  # which, unlike dot, never warns
    if isfinite(square):
        return sqrt(square)
    with np.errstate(all="ignore"):
        wide = gradient.astype(np.float64)  # the squares may overflow where the norm does not
        largest = float(np.abs(wide).max())
        if not isfinite(largest):
            return largest
        wide /= largest
        return largest * sqrt(float(np.vdot(wide, wide)))


def clip(gradient: Array, length: float, largest: float) -> None:
    """Shortens the gradient in place to norm `largest` where it is longer, keeping its direction.

    Args:
        gradient: changed in place.
        length: its norm.
        largest: above 0.
    Reference: Pascanu, Mikolov and Bengio, ICML 2013.
    """
    if length > largest:
        gradient *= largest / length
