"""Scaling to a normal distribution by rank."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Annotated, Any

import numpy as np
from annotated_types import Ge

from nncli.core import normal_distribution
from nncli.core.errors import DataError
from nncli.core.types import Array
from nncli.data.extremes import or_one
from nncli.data.order import quantiles
from nncli.data.scaler import Scaler, scaler
from nncli.data.scaling import Scaling
from nncli.data.slices import Sliced, sampled

MOST = 1 << 20  # quantiles of all columns together, which a checkpoint's description has to hold
ENDS = 1e-7  # probabilities nearer to 0 or 1 are those of the smallest and the largest value
LOWEST, HIGHEST = normal_distribution.quantile(
    np.array([ENDS - np.spacing(1.0), 1 - (ENDS - np.spacing(1.0))])
)  # -5.2 and 5.2


@dataclass(frozen=True)
class QuantileScaling(Scaling):
    """y = the normal quantile function of x's share among the quantiles of its column, and back.

    Args:
        quantiles: (quantiles, columns) in ascending order, at shares from 0 to 1 at even distances.
        beyond: whether the scale goes on in a straight line where the quantiles end; otherwise it is cut off there.
    """

    kind = "quantile"

    quantiles: Array
    beyond: bool = False

    def apply(self, x: Array) -> Array:
        """Scaled values, between -5.2 and 5.2 where the scale does not go on."""
        y = np.empty(x.shape)
        for column, known in enumerate(self.quantiles.T):
            y[..., column] = self._shares(x[..., column], known)
        y = np.clip(normal_distribution.quantile(y), LOWEST, HIGHEST)
        if self.beyond:
            low, high = self.quantiles[[0, -1]]
            y += (np.minimum(x - low, 0) + np.maximum(x - high, 0)) / self._unit
        return y

    def undo(self, y: Array) -> Array:
        """Original values, between the smallest and the largest of the training rows or beyond them."""
        shares = normal_distribution.cdf(np.asarray(y, np.float64))
        x = np.empty(y.shape)
        for column, known in enumerate(self.quantiles.T):
            at = shares[..., column]
            values = np.interp(at, self._evenly, known)
            values = np.where(at + ENDS > 1, known[-1], values)
            x[..., column] = np.where(at - ENDS < 0, known[0], values)
        if self.beyond:
            x += (np.minimum(y - LOWEST, 0) + np.maximum(y - HIGHEST, 0)) * self._unit
        return x

    def lossless(self) -> QuantileScaling:
        """The same with a scale that goes on where the quantiles end."""
        return replace(self, beyond=True)

    @property
    def _unit(self) -> Array:
        """How far x goes while y goes 1 on, beyond the quantiles: as far as on average between them."""
        return or_one((self.quantiles[-1] - self.quantiles[0]) / (HIGHEST - LOWEST))

    def fits(self, width: int) -> bool:
        """At least two quantiles a column, in ascending order."""
        known = self.quantiles
        return (
            known.ndim == 2 and len(known) > 1 and known.shape[1] == width and bool((np.diff(known, axis=0) >= 0).all())
        )

    def state(self) -> dict[str, Any]:
        """The quantiles of every column."""
        return {"kind": self.kind, "quantiles": self.quantiles.T.tolist(), "beyond": self.beyond}

    @classmethod
    def from_state(cls, state: Mapping[str, Any]) -> QuantileScaling:
        """From stored values."""
        return cls(np.array(state["quantiles"], np.float64).T, state["beyond"])

    @property
    def _evenly(self) -> Array:
        return np.linspace(0, 1, len(self.quantiles))

    def _shares(self, x: Array, known: Array) -> Array:
        """The share of every value; of one that is several quantiles, the middle of theirs."""
        shares = np.interp(x, known, self._evenly)
        if (known[1:] == known[:-1]).any():
            shares -= np.interp(-x.astype(np.float64), -known[::-1], -self._evenly[::-1])
            shares *= 0.5
        shares[x >= known[-1]] = 1
        shares[x <= known[0]] = 0
        return shares


@scaler("quantile")
@dataclass(frozen=True)
class QuantileScaler(Scaler):
    """A normal distribution, whatever the column's: x becomes the normal quantile of its share among the column's.

    y = Phi^-1(F(x)), F piecewise linear through the quantiles, Phi^-1 kept between -5.2 and 5.2 (at 1e-7). Inputs
    outside of the training rows' are taken for their smallest or largest; for targets, which have to be measured as
    they are, the scale goes on there. A constant column becomes -5.2. Above 2^27 entries the quantiles are those of
    rows at even distances, 2^24 entries of them.

    Args:
        quantiles: how many to know of every column, at least 2; no more than there are rows.

    Reference: scikit-learn, `preprocessing.QuantileTransformer(output_distribution="normal", subsample=None)`, which
    also takes values within 1e-7 of the smallest or largest for these, however small the column's numbers are.
    """

    quantiles: Annotated[int, Ge(2)] = 1000

    def fit(self, x: Sliced) -> QuantileScaling:
        """The quantiles of every column or channel.

        Raises:
            DataError: where all columns together have more than a checkpoint can hold.
        """
        columns = sampled(x)
        count, width = min(self.quantiles, len(columns)), columns.shape[1]
        if count * width > MOST:
            most = f"{MOST:,} in all; write quantiles: {max(2, MOST // width)}"
            raise DataError(f"{count:,} quantiles of {width:,} columns; expected at most {most}", path=("quantiles",))
        return QuantileScaling(quantiles(columns, np.linspace(0, 1, count)))
