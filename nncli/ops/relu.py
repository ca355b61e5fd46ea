"""The rectified linear unit in NumPy."""

from __future__ import annotations

import math

import numpy as np

from nncli.core.types import Array

MAX_SMALL_SIZE = 1 << 12  # elements up to which np.maximum is faster than np.clip, and np.sign faster than a comparison


def relu(x: Array) -> Array:
    """Return max(x, 0)."""
    if x.size < MAX_SMALL_SIZE or x.dtype.kind != "f":
        return np.maximum(x, 0)
    return np.clip(x, 0, math.inf)


def relu_gradient(y: Array, dy: Array) -> Array:
    """Return dy where y is above 0, otherwise 0; dy is overwritten."""
    if y.size < MAX_SMALL_SIZE and y.dtype.kind == "f":
        return np.multiply(dy, np.sign(y), out=dy)  # the sign is 0, 1 or nan; with nan, the step fails anyway
    return np.multiply(dy, y > 0, out=dy)
