"""Compute gradients by central differences."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from nncli.core.types import Array

STEP = 1e-5
TOLERANCE = 1e-6


def central_differences(function: Callable[[], float], point: Array) -> Array:
    """Return (f(x + h) - f(x - h)) / (2 * h) for every entry x of `point`, which `function` reads."""
    gradient = np.empty_like(point)
    for index in np.ndindex(point.shape):
        value = point[index]
        point[index] = value + STEP
        above = function()
        point[index] = value - STEP
        below = function()
        point[index] = value
        gradient[index] = (above - below) / (2 * STEP)
    return gradient


def relative_error(found: Array, expected: Array) -> float:
    """Return the largest difference divided by the largest absolute entry; NaN if an array contains NaN."""
    assert found.shape == expected.shape
    if found.size == 0:
        return 0.0
    largest = np.maximum(np.abs(found).max(), np.abs(expected).max())
    return 0.0 if largest == 0 else float(np.abs(found - expected).max() / largest)
