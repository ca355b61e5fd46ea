"""Fitted scalings: what a scaler makes of the training rows, applied to all rows and stored with the model."""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from nncli.core.registry import SCALERS
from nncli.core.types import Array

_KINDS: dict[str, type[Scaling]] = {}


class Scaling(ABC):
    """The base of all fitted scalings; a subclass is known by its `kind`, in what is stored."""

    kind: ClassVar[str]

    def __init_subclass__(cls) -> None:
        kind = vars(cls).get("kind")
        if kind in _KINDS and _KINDS[kind].__qualname__ != cls.__qualname__:
            raise ValueError(f"there is another scaling of the kind {kind!r}")
        if kind is not None:
            _KINDS[kind] = cls

    @abstractmethod
    def apply(self, x: Array) -> Array:
        """Scaled values, (n, ..., columns) in float64."""

    @abstractmethod
    def undo(self, y: Array) -> Array:
        """Original values, (n, ..., columns) in float64."""

    def lossless(self) -> Scaling:
        """The scaling for targets: what was scaled can be put back, beyond the values of the training rows too."""
        return self

    def fits(self, width: int) -> bool:
        """Whether it is a whole scaling of so many columns, as one that was restored need not be."""
        return True

    @abstractmethod
    def state(self) -> dict[str, Any]:
        """Plain values from which `from_state` makes the same scaling; floats keep every bit in JSON."""

    @classmethod
    @abstractmethod
    def from_state(cls, state: Mapping[str, Any]) -> Scaling:
        """From stored values."""


@dataclass(frozen=True)
class Affine(Scaling):
    """y = (x - shift) / scale, in float64, and back.

    Shape: shift and scale are one number a column, or a channel for images.
    """

    kind = "affine"

    shift: Array
    scale: Array

    def apply(self, x: Array) -> Array:
        """Scaled values."""
        rows = _rows(x)
        y = np.subtract(rows, _repeated(self.shift, rows), dtype=np.float64)  # (n, entries of a row)
        y /= _repeated(self.scale, rows)
        return y.reshape(x.shape)

    def undo(self, y: Array) -> Array:
        """Original values."""
        rows = _rows(y)
        x = np.multiply(rows, _repeated(self.scale, rows), dtype=np.float64)
        x += _repeated(self.shift, rows)
        return x.reshape(y.shape)

    def fits(self, width: int) -> bool:
        """Finite numbers, one a column, to divide by other than 0."""
        if not self.shift.shape == self.scale.shape == (width,):
            return False
        return bool(np.isfinite(self.shift).all() and np.isfinite(self.scale).all() and self.scale.all())

    def state(self) -> dict[str, Any]:
        """Shift and scale, without the kind, as they were stored before there were kinds."""
        return {"shift": self.shift.tolist(), "scale": self.scale.tolist()}

    @classmethod
    def from_state(cls, state: Mapping[str, Any]) -> Affine:
        """From stored values."""
        return cls(np.array(state["shift"], np.float64), np.array(state["scale"], np.float64))


def _rows(x: Array) -> Array:
    return x.reshape(len(x), math.prod(x.shape[1:]))


def _repeated(values: Array, rows: Array) -> Array:
    """One number a column for every entry of a row: long loops where an image has few channels."""
    return values if len(values) == rows.shape[1] else np.tile(values, rows.shape[1] // len(values))


def scaling_state(scaling: Scaling | None) -> dict[str, Any] | None:
    """The stored form of a scaling, or of none."""
    return None if scaling is None else scaling.state()


def restore_scaling(state: Mapping[str, Any] | None) -> Scaling | None:
    """A scaling from its stored form, which is affine where it names no kind.

    Raises:
        ValueError: where its kind is not known.
    """
    if state is None:
        return None
    kind = state.get("kind", Affine.kind)
    if kind not in _KINDS:
        SCALERS.discover()  # whose modules bring their kinds
    if kind not in _KINDS:
        raise ValueError(f"unknown kind of scaling {kind!r}")
    return _KINDS[kind].from_state(state)
