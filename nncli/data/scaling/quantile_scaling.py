"""A scaling to a normal distribution by the quantiles of every column."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from nncli.core import normal_distribution
from nncli.core.types import Array
from nncli.data.scaling.fitted_scaling import Scaling
from nncli.data.statistics.column_range import nonzero_scale

TAIL = 1e-7  # probabilities closer than this to 0 or 1 become the minimum or maximum
LOWEST, HIGHEST = normal_distribution.quantile(
    np.array([TAIL - np.spacing(1.0), 1 - (TAIL - np.spacing(1.0))])
)  # -5.2 and 5.2


@dataclass(frozen=True)
class QuantileScaling(Scaling):
    """Map values to normal quantiles: y = Phi^-1(F(x)), where F is the column's empirical distribution function.

    Args:
        quantiles: (quantiles, columns), ascending, at evenly spaced probabilities from 0 to 1.
        beyond: whether values outside the quantiles are extrapolated linearly; otherwise they are clipped.
    """

    kind = "quantile"

    quantiles: Array
    beyond: bool = False

    def apply(self, x: Array) -> Array:
        """Return scaled values, between -5.2 and 5.2 unless they are extrapolated."""
        y = np.empty(x.shape)
        for column, quantiles in enumerate(self.quantiles.T):
            y[..., column] = self._empirical_probability(x[..., column], quantiles)
        y = np.clip(normal_distribution.quantile(y), LOWEST, HIGHEST)
        if self.beyond:
            low, high = self.quantiles[[0, -1]]
            y += (np.minimum(x - low, 0) + np.maximum(x - high, 0)) / self._slope
        return y

    def undo(self, y: Array) -> Array:
        """Return original values, between the training rows' minimum and maximum unless they are extrapolated."""
        probabilities = normal_distribution.cdf(np.asarray(y, np.float64))
        x = np.empty(y.shape)
        for column, quantiles in enumerate(self.quantiles.T):
            p = probabilities[..., column]
            values = np.interp(p, self._probabilities, quantiles)
            values = np.where(p + TAIL > 1, quantiles[-1], values)
            x[..., column] = np.where(p - TAIL < 0, quantiles[0], values)
        if self.beyond:
            x += (np.minimum(y - LOWEST, 0) + np.maximum(y - HIGHEST, 0)) * self._slope
        return x

    def lossless(self) -> QuantileScaling:
        """Return the scaling that extrapolates values outside the quantiles."""
        return replace(self, beyond=True)

    @property
    def _slope(self) -> Array:
        """The change of x per change of y in the extrapolation: the mean slope between the quantiles."""
        return nonzero_scale((self.quantiles[-1] - self.quantiles[0]) / (HIGHEST - LOWEST))

    def fits(self, width: int) -> bool:
        """Whether every column has at least two quantiles in ascending order."""
        q = self.quantiles
        return q.ndim == 2 and len(q) > 1 and q.shape[1] == width and bool((np.diff(q, axis=0) >= 0).all())

    def state(self) -> dict[str, Any]:
        """Return the quantiles of every column."""
        return {"kind": self.kind, "quantiles": self.quantiles.T.tolist(), "beyond": self.beyond}

    @classmethod
    def from_state(cls, state: Mapping[str, Any]) -> QuantileScaling:
        """Return a scaling from stored values."""
        return cls(np.array(state["quantiles"], np.float64).T, state["beyond"])

    @property
    def _probabilities(self) -> Array:
        return np.linspace(0, 1, len(self.quantiles))

    def _empirical_probability(self, x: Array, quantiles: Array) -> Array:
        """Return the probability of every value; a value equal to several quantiles gets their middle probability."""
        probabilities = np.interp(x, quantiles, self._probabilities)
        if (quantiles[1:] == quantiles[:-1]).any():
            probabilities -= np.interp(-x.astype(np.float64), -quantiles[::-1], -self._probabilities[::-1])
            probabilities *= 0.5
        probabilities[x >= quantiles[-1]] = 1
        probabilities[x <= quantiles[0]] = 0
        return probabilities
