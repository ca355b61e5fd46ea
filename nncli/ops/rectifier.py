"""The rectified linear unit in NumPy."""

from __future__ import annotations

import math

import numpy as np

from nncli.core.types import Array

MAX_SMALL_SIZE = 1 << 12  # elements up to which maximum is faster than clip, and sign than a comparison


def relu(x: Array) -> Array:
    """Return max(x, 0)."""
    if x.size < MAX_SMALL_SIZE or x.dtype.kind != "f":
        return np.maximum(x, 0)
    return np.clip(x, 0, math.inf)


def relu_gradient(y: Array, dy: Array) -> Array:
    """Return dy where y is above 0, and 0 elsewhere; overwrites dy."""
    if y.size < MAX_SMALL_SIZE and y.dtype.kind == "f":
        return np.multiply(dy, np.sign(y), out=dy)  # 0 or 1; nan, which ends the step
    return np.multiply(dy, y > 0, out=dy)
