"""A scaler of its own for each of some columns."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Annotated, Any, cast

import numpy as np
from annotated_types import MinLen

from nncli.core.checked import Registered
from nncli.core.errors import DataError, Path
from nncli.core.fields import is_foreign
from nncli.core.registry import SCALERS
from nncli.core.types import Array
from nncli.data.scaler import Scaler, scaler
from nncli.data.scaling import Affine, Scaling, restore_scaling, scaling_state
from nncli.data.slices import Columns, Sliced
from nncli.data.tables.header import no_columns


@dataclass(frozen=True)
class Part:
    """Some columns and their scaling.

    Args:
        names: as the config has them; none for the columns that it does not name.
        positions: of the columns.
        scaling: of these columns, in the order of the positions; None leaves them as they are.
    """

    names: tuple[str, ...]
    positions: tuple[int, ...]
    scaling: Scaling | None


@dataclass(frozen=True)
class PerColumn(Scaling):
    """Each part's columns scaled by its own scaling, and back.

    Args:
        parts: every column is in one of them.
    """

    kind = "per_column"

    parts: tuple[Part, ...]

    def apply(self, x: Array) -> Array:
        """Scaled values."""
        y = self._affine.apply(x)
        for scaling, positions in self._others:
            y[..., positions] = scaling.apply(x[..., positions])
        return y

    def undo(self, y: Array) -> Array:
        """Original values."""
        x = self._affine.undo(y)
        for scaling, positions in self._others:
            x[..., positions] = scaling.undo(y[..., positions])
        return x

    def lossless(self) -> PerColumn:
        """Each part so that what was scaled can be put back."""
        return PerColumn(tuple(replace(part, scaling=part.scaling and part.scaling.lossless()) for part in self.parts))

    @cached_property
    def _affine(self) -> Affine:
        """All affine parts as one, for speed; other columns stay as they are in it."""
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
        """Every column in one part, and a scaling that fits it."""
        positions = sorted(position for part in self.parts for position in part.positions)
        whole = positions == list(range(width)) and all(type(position) is int for position in positions)
        return whole and all(part.scaling is None or part.scaling.fits(len(part.positions)) for part in self.parts)

    def state(self) -> dict[str, Any]:
        """Names, positions and scaling of every part."""
        parts = [
            {"names": list(part.names), "positions": list(part.positions), "scaling": scaling_state(part.scaling)}
            for part in self.parts
        ]
        return {"kind": self.kind, "parts": parts}

    @classmethod
    def from_state(cls, state: Mapping[str, Any]) -> PerColumn:
        """From stored values."""
        return cls(
            tuple(
                Part(tuple(part["names"]), tuple(part["positions"]), restore_scaling(part["scaling"]))
                for part in state["parts"]
            )
        )


@scaler("per_column")
@dataclass(frozen=True)
class PerColumnScaler(Scaler):
    """A scaler for each of some columns by name: {type: per_column, columns: {age: standard, income: quantile}}.

    y[column] = scaler of column (x[column]); what becomes of a constant column is up to its scaler.

    Args:
        columns: the scaler of each; a column of texts by its own name, or one of its categories as in city=Paris;
            columns without names and channels by their numbers from 0.
        others: the scaler of all other columns.

    Reference: scikit-learn, `compose.ColumnTransformer`, which changes the order of the columns; here it stays.
    """

    columns: Annotated[dict[str, Annotated[Registered, SCALERS]], MinLen(1)]
    others: Annotated[Registered, SCALERS] = "none"  # type: ignore[assignment]  # built when checked

    def fit(self, x: Sliced) -> PerColumn | None:
        """Fits every scaler to its columns, which are named by their numbers."""
        return self.fit_named(x, {str(index): [index] for index in range(x.shape[-1])})

    def fit_named(self, x: Sliced, names: Mapping[str, Sequence[int]]) -> PerColumn | None:
        """Fits every scaler to its columns.

        Raises:
            DataError: where a name stands for no column, or two names for the same.
        """
        parts = []
        for group in self._groups(x.shape[-1], names):
            place = {position: index for index, position in enumerate(group.positions)}
            known = {
                name: [place[position] for position in positions]
                for name, positions in names.items()
                if place.keys() >= set(positions)
            }
            try:
                scaling = group.scaler.fit_named(_some(x, group.positions), known)
            except DataError as error:
                error.path = (*group.path, *error.path)
                raise
            parts.append(Part(tuple(group.names), tuple(group.positions), scaling))
        return PerColumn(tuple(parts)) if any(part.scaling is not None for part in parts) else None

    def _groups(self, width: int, names: Mapping[str, Sequence[int]]) -> list[_Group]:
        """Columns with their scalers; those with the same are fitted in one go, so that the rows are read once."""
        if missing := [name for name in self.columns if name not in names]:
            path = ("columns", *missing) if len(missing) == 1 else ("columns",)
            raise DataError(no_columns(missing, names, self.columns), path=path)
        owner: dict[int, str] = {}
        groups: dict[Any, _Group] = {}
        for name, registered in self.columns.items():
            for position in names[name]:
                if (other := owner.setdefault(position, name)) != name:
                    raise DataError(f"has a scaler as part of {other!r} already; drop one", path=("columns", name))
            scaler = cast("Scaler", registered)
            alone = is_foreign(type(scaler)) or isinstance(scaler, PerColumnScaler)  # whose fit may mix columns
            group = groups.setdefault((name, scaler) if alone else scaler, _Group(scaler, ("columns", name)))
            group.names.append(name)
            group.positions += names[name]
        found = list(groups.values())
        if rest := [position for position in range(width) if position not in owner]:
            found.append(_Group(cast("Scaler", self.others), ("others",), [], rest))
        return found


@dataclass
class _Group:
    """Columns that are fitted together; `path` leads to their scaler."""

    scaler: Scaler
    path: Path
    names: list[str] = field(default_factory=list)
    positions: list[int] = field(default_factory=list)


def _some(x: Sliced, positions: list[int]) -> Sliced:
    return x if positions == list(range(x.shape[-1])) else Columns(x, positions)
