"""The base class of fitted scalings."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import Any, ClassVar

from nncli.core.types import Array

KINDS: dict[str, type[Scaling]] = {}  # every subclass of Scaling by its kind


class Scaling(ABC):
    """The base class of all fitted scalings; checkpoints name a subclass by its `kind`."""

    kind: ClassVar[str]

    def __init_subclass__(cls) -> None:
        kind = vars(cls).get("kind")
        if kind in KINDS and KINDS[kind].__qualname__ != cls.__qualname__:
            raise ValueError(f"another scaling has the kind {kind!r} already")
        if kind is not None:
            KINDS[kind] = cls

    @abstractmethod
    def apply(self, x: Array) -> Array:
        """Return scaled values, (n, ..., columns) in float64."""

    @abstractmethod
    def undo(self, y: Array) -> Array:
        """Return original values, (n, ..., columns) in float64."""

    def lossless(self) -> Scaling:
        """Return the scaling for targets, which `undo` inverts even outside the range of the training rows."""
        return self

    def fits(self, width: int) -> bool:
        """Whether this is a valid scaling of `width` columns; a restored scaling may be invalid."""
        return True

    @abstractmethod
    def state(self) -> dict[str, Any]:
        """Return plain values from which `from_state` makes the same scaling; JSON stores their floats exactly."""

    @classmethod
    @abstractmethod
    def from_state(cls, state: Mapping[str, Any]) -> Scaling:
        """Return a scaling from stored values."""
