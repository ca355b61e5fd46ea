"""Rows: inputs and targets as a source reads them; the inputs may be left unread."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, TypeAlias

import numpy as np

from nncli.core.types import Array, Shape
from nncli.data.arrays.memory_mapped import MemoryMapped
from nncli.data.tables.dataframe import Table
from nncli.data.tables.text_column import TextColumn


@dataclass(frozen=True)
class NotLoaded:
    """Placeholder for the inputs of rows if only their targets were read.

    Args:
        count: number of rows.
    """

    count: int

    def __len__(self) -> int:
        return self.count

    def take(self, indices: Array) -> NotLoaded:
        """Return a placeholder for as many rows as there are indices."""
        return NotLoaded(len(indices))


Inputs: TypeAlias = Array | MemoryMapped | Table | NotLoaded


@dataclass(frozen=True)
class Rows:
    """Inputs and targets of some rows of a source.

    Args:
        inputs: (n, ...) numbers, in memory or memory-mapped, or a table; NotLoaded if only the targets were read.
        targets: (n,) or (n, targets) labels or numbers; None if they were not read.
        name: name of the inputs in messages, such as houses.csv.
        where: function from a row's number in the source to its place for messages, such as "houses.csv:12".
        origin: (n,) the number of every row in its source.
        where_target: like `where`, but for the place of a row's target; default `where`.
        target_names: a name for every target column.
        feature_names: a name for every column of (n, columns) inputs, if they have names.
        row_names: a name for every row, such as an image's file.
        files: the files that were read, for fingerprints.
        dropped: number of rows dropped because their label is not among the chosen classes.
        weights: (n,) the weight of every row; None if every weight is 1.
        groups: (n,) the group of every row; a split never divides a group; None without groups.
        notes: notes for the user, such as images that were skipped.
        all_columns: names of all columns of a table, including those that are not inputs.
        symbols: vocabulary size, if the inputs are integer codes of symbols, counted from 0; None if they are
            quantities.
    """

    inputs: Inputs
    targets: Array | TextColumn | None
    name: str
    where: Callable[..., str]
    origin: Array
    where_target: Callable[..., str] | None = None
    target_names: tuple[str, ...] = ()
    feature_names: tuple[str, ...] | None = None
    row_names: tuple[str, ...] | None = None
    files: tuple[str, ...] = ()
    dropped: int = 0
    weights: Array | None = None
    groups: TextColumn | None = None
    notes: tuple[str, ...] = ()
    all_columns: tuple[str, ...] = ()
    symbols: int | None = None

    def __len__(self) -> int:
        return len(self.inputs)

    @property
    def row_shape(self) -> Shape:
        """The shape of one row of inputs as read; () if the inputs are NotLoaded."""
        if isinstance(self.inputs, NotLoaded):
            return ()
        return (len(self.inputs.columns),) if isinstance(self.inputs, Table) else self.inputs.shape[1:]

    @property
    def all_notes(self) -> tuple[str, ...]:
        """The notes, and one about the number of dropped rows if there are any."""
        if not self.dropped:
            return self.notes
        rows = "row" if self.dropped == 1 else "rows"
        return (*self.notes, f"{self.dropped} {rows} left out, because the label is not in classes")

    def take(self, indices: Array) -> Rows:
        """Return some of the rows, in the order of `indices`."""
        return replace(
            self,
            inputs=_take(self.inputs, indices),
            targets=_take(self.targets, indices),
            origin=self.origin[indices],
            row_names=None if self.row_names is None else tuple(self.row_names[index] for index in indices),
            weights=_take(self.weights, indices),
            groups=_take(self.groups, indices),
        )

    def place(self, row: int) -> str:
        """Return the place in its file of the row with the index `row` in this object."""
        return self.where(int(self.origin[row]))

    def target_place(self, row: int, column: int | None = None) -> str:
        """Return the place of a row's target in its file; `column` selects one of several targets."""
        return (self.where_target or self.where)(int(self.origin[row]), *(() if column is None else (column,)))


def _take(values: Any, indices: Array) -> Any:
    if values is None:
        return None
    return values[indices] if isinstance(values, np.ndarray) else values.take(indices)
