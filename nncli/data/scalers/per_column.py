"""Scale columns with separate scalers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Annotated, Any, cast

from annotated_types import MinLen

from nncli.core.checked import Registered
from nncli.core.errors import DataError, Path
from nncli.core.fields import is_user_defined
from nncli.core.registry import SCALERS
from nncli.data.arrays.chunks import Chunked
from nncli.data.arrays.column_subset import ColumnSubset
from nncli.data.scaler import Scaler, scaler
from nncli.data.scaling.per_column_scaling import PerColumn, ScaledColumns
from nncli.data.tables.missing_columns import missing_columns_message


@scaler("per_column")
@dataclass(frozen=True)
class PerColumnScaler(Scaler):
    """Scale columns with separate scalers: {type: per_column, columns: {age: standard, income: quantile}}.

    y[column] = scaler(x[column]) with the scaler of this column, which also decides what a constant column becomes.

    Args:
        columns: one scaler per column; the name of a text column, such as city, stands for all its categories, and
            city=Paris for one of them; channels, and columns without names, are named by their numbers from 0.
        others: the scaler of all other columns.

    Reference: scikit-learn, `compose.ColumnTransformer`, which reorders the columns; here they keep their order.
    """

    columns: Annotated[dict[str, Annotated[Registered, SCALERS]], MinLen(1)]
    others: Annotated[Registered, SCALERS] = "none"  # type: ignore[assignment]  # a name is converted to a scaler

    def fit(self, x: Chunked) -> PerColumn | None:
        """Fit every scaler to its columns, which are named by their numbers."""
        return self.fit_named(x, {str(index): [index] for index in range(x.shape[-1])})

    def fit_named(self, x: Chunked, names: Mapping[str, Sequence[int]]) -> PerColumn | None:
        """Fit every scaler to its columns.

        Raises:
            DataError: if the config names an unknown column, or two names include the same column.
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
                scaling = group.scaler.fit_named(_select(x, group.positions), known)
            except DataError as error:
                error.path = (*group.path, *error.path)
                raise
            parts.append(ScaledColumns(tuple(group.names), tuple(group.positions), scaling))
        return PerColumn(tuple(parts)) if any(part.scaling is not None for part in parts) else None

    def _groups(self, width: int, names: Mapping[str, Sequence[int]]) -> list[_Group]:
        """Group the columns by scaler, because columns that are fitted together are read only once."""
        if missing := [name for name in self.columns if name not in names]:
            path = ("columns", *missing) if len(missing) == 1 else ("columns",)
            raise DataError(missing_columns_message(missing, names, self.columns), path=path)
        owner: dict[int, str] = {}
        groups: dict[Any, _Group] = {}
        for name, registered in self.columns.items():
            for position in names[name]:
                if (other := owner.setdefault(position, name)) != name:
                    message = f"already has a scaler as part of {other!r}; drop one of the two"
                    raise DataError(message, path=("columns", name))
            scaler = cast("Scaler", registered)
            # a scaler that may combine columns is fitted to the columns of one name only
            alone = is_user_defined(type(scaler)) or isinstance(scaler, PerColumnScaler)
            group = groups.setdefault((name, scaler) if alone else scaler, _Group(scaler, ("columns", name)))
            group.names.append(name)
            group.positions += names[name]
        found = list(groups.values())
        if rest := [position for position in range(width) if position not in owner]:
            found.append(_Group(cast("Scaler", self.others), ("others",), [], rest))
        return found


@dataclass
class _Group:
    """Columns that are fitted together; `path` is the place of their scaler in the config."""

    scaler: Scaler
    path: Path
    names: list[str] = field(default_factory=list)
    positions: list[int] = field(default_factory=list)


def _select(x: Chunked, positions: list[int]) -> Chunked:
    return x if positions == list(range(x.shape[-1])) else ColumnSubset(x, positions)
