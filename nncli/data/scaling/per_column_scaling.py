"""A fitted scaling with a separate scaling per column."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np

from nncli.core.types import Array
from nncli.data.scaling.affine import Affine
from nncli.data.scaling.fitted_scaling import Scaling
from nncli.data.scaling.stored_scaling import restore_scaling, scaling_state


@dataclass(frozen=True)
class ScaledColumns:
    """Some columns and their scaling.

    Args:
        names: names of the columns in the config; empty for columns that the config does not name.
        positions: positions of the columns.
        scaling: scaling of these columns, in the order of the positions; None leaves them unchanged.
    """

    names: tuple[str, ...]
    positions: tuple[int, ...]
    scaling: Scaling | None


@dataclass(frozen=True)
class PerColumn(Scaling):
    """Scale every group of columns with its own scaling.

    Args:
        parts: groups of columns; every column is in exactly one group.
    """

    kind = "per_column"

    parts: tuple[ScaledColumns, ...]

    def apply(self, x: Array) -> Array:
        """Return scaled values."""
        y = self._affine.apply(x)
        for scaling, positions in self._others:
            y[..., positions] = scaling.apply(x[..., positions])
        return y

    def undo(self, y: Array) -> Array:
        """Return original values."""
        x = self._affine.undo(y)
        for scaling, positions in self._others:
            x[..., positions] = scaling.undo(y[..., positions])
        return x

    def lossless(self) -> PerColumn:
        """Return the scaling with an invertible scaling for every column."""
        return PerColumn(tuple(replace(part, scaling=part.scaling and part.scaling.lossless()) for part in self.parts))

    @cached_property
    def _affine(self) -> Affine:
        """All affine parts combined into one scaling, for speed; it leaves the other columns unchanged."""
        width = sum(len(part.positions) for part in self.parts)
        shift, scale = np.zeros(width), np.ones(width)
        for part in self.parts:
            if isinstance(part.scaling, Affine):
                shift[list(part.positions)], scale[list(part.positions)] = part.scaling.shift, part.scaling.scale
        return Affine(shift, scale)

    @property
    def _others(self) -> Iterator[tuple[Scaling, list[int]]]:
        for part in self.parts:
            if part.scaling is not None and not isinstance(part.scaling, Affine):
                yield part.scaling, list(part.positions)

    def fits(self, width: int) -> bool:
        """Whether every column is in one part, with a valid scaling."""
        positions = sorted(position for part in self.parts for position in part.positions)
        complete = positions == list(range(width)) and all(type(position) is int for position in positions)
        return complete and all(part.scaling is None or part.scaling.fits(len(part.positions)) for part in self.parts)

    def state(self) -> dict[str, Any]:
        """Return names, positions and scaling of every part."""
        parts = [
            {"names": list(part.names), "positions": list(part.positions), "scaling": scaling_state(part.scaling)}
            for part in self.parts
        ]
        return {"kind": self.kind, "parts": parts}

    @classmethod
    def from_state(cls, state: Mapping[str, Any]) -> PerColumn:
        """Return a scaling from stored values."""
        return cls(
            tuple(
                ScaledColumns(tuple(part["names"]), tuple(part["positions"]), restore_scaling(part["scaling"]))
                for part in state["parts"]
            )
        )
