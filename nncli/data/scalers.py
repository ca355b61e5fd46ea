"""Scaling of inputs and of targets, fitted on the training rows only."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

import numpy as np
from annotated_types import Gt

from nncli.core.fields import Registered
from nncli.core.registry import SCALERS
from nncli.core.types import Array

scaler = SCALERS.register


@dataclass(frozen=True)
class Affine:
    """y = (x - shift) / scale, in float64, and back.

    Shape: shift and scale are one number a column, or a channel for images.
    """

    shift: Array
    scale: Array

    def apply(self, x: Array) -> Array:
        """Scaled values."""
        return (x - self.shift) / self.scale

    def undo(self, y: Array) -> Array:
        """Original values."""
        return y * self.scale + self.shift


@dataclass(frozen=True)
class Scaler(Registered):
    """The base of all scalers."""

    needs = ("fit",)

    def fit(self, x: Array) -> Affine | None:
        """The scaling for these rows; None leaves values as they are.

        Args:
            x: (n, ..., columns) raw values; statistics are taken over all axes but the last.
        """
        raise NotImplementedError


def _columns(x: Array) -> Array:
    return x.reshape(-1, x.shape[-1])


def _or_one(scale: Array) -> Array:
    return np.where(scale > 0, scale, 1.0)


@scaler("none")
@dataclass(frozen=True)
class NoScaler(Scaler):
    """Values as they are."""

    def fit(self, x: Array) -> None:
        """Nothing to fit."""


@scaler("standard")
@dataclass(frozen=True)
class StandardScaler(Scaler):
    """Mean 0 and standard deviation 1: (x - mean) / std, with the biased std as in scikit-learn.

    A constant column becomes 0.
    """

    def fit(self, x: Array) -> Affine:
        """Mean and standard deviation of every column or channel."""
        columns = _columns(x)
        mean = columns.mean(axis=0, dtype=np.float64)
        square = np.zeros_like(mean)
        for start in range(0, len(columns), 1 << 16):
            square += ((columns[start : start + (1 << 16)] - mean) ** 2).sum(axis=0)
        std = np.sqrt(square / len(columns))
        constant = columns.min(axis=0) == columns.max(axis=0)  # where rounding of the mean would leave a tiny std
        return Affine(np.where(constant, columns[0], mean), _or_one(np.where(constant, 0.0, std)))


@scaler("minmax")
@dataclass(frozen=True)
class MinMaxScaler(Scaler):
    """From 0 at the smallest to 1 at the largest: (x - min) / (max - min). A constant column becomes 0."""

    def fit(self, x: Array) -> Affine:
        """Smallest and largest entry of every column or channel."""
        columns = _columns(x)
        low, high = columns.min(axis=0).astype(np.float64), columns.max(axis=0).astype(np.float64)
        return Affine(low, _or_one(high - low))


@scaler("divide")
@dataclass(frozen=True)
class DivideScaler(Scaler):
    """Division by a number: x / by, such as by 255 for images.

    Args:
        by: what to divide by, above 0.
    """

    by: Annotated[float, Gt(0)]

    def fit(self, x: Array) -> Affine:
        """The number itself, for every column or channel."""
        return Affine(np.zeros(x.shape[-1]), np.full(x.shape[-1], self.by))
