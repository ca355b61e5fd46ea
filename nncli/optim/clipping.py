"""Gradient clipping by norm."""

from __future__ import annotations

from math import isfinite, sqrt

import numpy as np

from nncli.core.types import Array


def norm(gradient: Array) -> float:
    """Return the Euclidean norm of a vector; for finite elements, it is finite unless it exceeds 1.8e308."""
    square = float(np.vdot(gradient, gradient))  # unlike dot, it never warns
    if isfinite(square):
        return sqrt(square)
    with np.errstate(all="ignore"):
        wide = gradient.astype(np.float64)  # in float32, squares may overflow although the norm does not
        largest = float(np.abs(wide).max())
        if not isfinite(largest):
            return largest
        wide /= largest
        return largest * sqrt(float(np.vdot(wide, wide)))


def clip(gradient: Array, length: float, max_norm: float) -> None:
    """Scale a gradient in place to the norm `max_norm` if its norm is larger.

    Args:
        gradient: the gradient; changed.
        length: norm of the gradient.
        max_norm: maximum norm, above 0.
    Reference: Pascanu, Mikolov and Bengio, ICML 2013.
    """
    if length > max_norm:
        gradient *= max_norm / length
