"""Affine scaling: shift and scale, which most scalers fit."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from nncli.core.types import Array
from nncli.data.scaling.fitted_scaling import Scaling


@dataclass(frozen=True)
class Affine(Scaling):
    """Shift and scale every column: y = (x - shift) / scale, in float64.

    Shape: shift and scale (columns,); the columns of images are their channels
    """

    kind = "affine"

    shift: Array
    scale: Array

    def apply(self, x: Array) -> Array:
        """Return scaled values."""
        rows = _rows(x)
        y = np.subtract(rows, _tile(self.shift, rows), dtype=np.float64)  # (n, entries of a row)
        y /= _tile(self.scale, rows)
        return y.reshape(x.shape)

    def undo(self, y: Array) -> Array:
        """Return original values."""
        rows = _rows(y)
        x = np.multiply(rows, _tile(self.scale, rows), dtype=np.float64)
        x += _tile(self.shift, rows)
        return x.reshape(y.shape)

    def fits(self, width: int) -> bool:
        """Whether there are finite numbers for every column, and no scale is 0."""
        if not self.shift.shape == self.scale.shape == (width,):
            return False
        return bool(np.isfinite(self.shift).all() and np.isfinite(self.scale).all() and self.scale.all())

    def state(self) -> dict[str, Any]:
        """Return shift and scale without the kind, which older checkpoints do not have either."""
        return {"shift": self.shift.tolist(), "scale": self.scale.tolist()}

    @classmethod
    def from_state(cls, state: Mapping[str, Any]) -> Affine:
        """Return a scaling from stored values."""
        return cls(np.array(state["shift"], np.float64), np.array(state["scale"], np.float64))


def _rows(x: Array) -> Array:
    """Return (n, entries of a row)."""
    return x.reshape(len(x), math.prod(x.shape[1:]))


def _tile(values: Array, rows: Array) -> Array:
    """Repeat one value per column to the length of a row, which is faster than broadcasting over few channels."""
    return values if len(values) == rows.shape[1] else np.tile(values, rows.shape[1] // len(values))
