"""What a source gives: rows as they stand in the files, before anything is fitted or scaled."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, TypeAlias

import numpy as np

from nncli.core.errors import DataError
from nncli.core.types import Array, Shape
from nncli.data.files import check_finite
from nncli.data.mapped import Mapped
from nncli.data.tables.table import Table
from nncli.data.tables.texts import Texts

Inputs: TypeAlias = "Array | Mapped | Table | Unread"


@dataclass(frozen=True)
class Unread:
    """Stands for the inputs of rows of which only the targets were read.

    Args:
        count: how many rows there are.
    """

    count: int

    def __len__(self) -> int:
        return self.count

    def take(self, indices: Array) -> Unread:
        """As many as there are indices."""
        return Unread(len(indices))


@dataclass(frozen=True)
class Rows:
    """Inputs and targets as read.

    Args:
        inputs: (n, ...) numbers, in memory or mapped, or a table of named columns; Unread where only the targets were
            asked for.
        targets: (n,) or (n, targets) labels or numbers; None where they were not asked for.
        name: what messages call the inputs, such as houses.csv.
        where: the place of a row for messages, such as "houses.csv:12"; its argument counts rows of the source.
        where_target: likewise the place of a row's target; default the row's.
        origin: (n,) the number of every row within its source.
        target_names: a name for every column of the targets.
        feature_names: a name for every column of (n, columns) inputs, where they have names.
        row_names: a name for every row, such as an image's file.
        files: what was read, for fingerprints.
        left_out: how many rows were left out because their label is not among the chosen classes.
        weights: (n,) the weight of every row; None for one each.
        groups: (n,) the group of every row, which is never split; None where there are none.
        notes: what the user should know of the reading, such as images that were skipped.
        known: all columns of a table, also those that are not among the inputs.
        symbols: how many different symbols the inputs are the numbers of, from 0; None where they are quantities.
    """

    inputs: Inputs
    targets: Array | Texts | None
    name: str
    where: Callable[..., str]
    origin: Array
    where_target: Callable[..., str] | None = None
    target_names: tuple[str, ...] = ()
    feature_names: tuple[str, ...] | None = None
    row_names: tuple[str, ...] | None = None
    files: tuple[str, ...] = ()
    left_out: int = 0
    weights: Array | None = None
    groups: Texts | None = None
    notes: tuple[str, ...] = ()
    known: tuple[str, ...] = ()
    symbols: int | None = None

    def __len__(self) -> int:
        return len(self.inputs)

    @property
    def row_shape(self) -> Shape:
        """Of the inputs of one row as they stand in the file; nothing where they are Unread."""
        if isinstance(self.inputs, Unread):
            return ()
        return (len(self.inputs.columns),) if isinstance(self.inputs, Table) else self.inputs.shape[1:]

    def take(self, indices: Array) -> Rows:
        """Some of the rows, in the order of `indices`."""
        return replace(
            self,
            inputs=_taken(self.inputs, indices),
            targets=_taken(self.targets, indices),
            origin=self.origin[indices],
            row_names=None if self.row_names is None else tuple(self.row_names[index] for index in indices),
            weights=_taken(self.weights, indices),
            groups=_taken(self.groups, indices),
        )

    @property
    def said(self) -> tuple[str, ...]:
        """The notes, and how many rows were left out."""
        if not self.left_out:
            return self.notes
        return (*self.notes, f"{self.left_out} rows left out, whose label is not in classes")

    def place(self, row: int) -> str:
        """The place of a row of these rows in its file."""
        return self.where(int(self.origin[row]))

    def target_place(self, row: int, column: int | None = None) -> str:
        """The place of the target of a row of these rows in its file, and of one of several targets."""
        return (self.where_target or self.where)(int(self.origin[row]), *(() if column is None else (column,)))


def _taken(values: Any, indices: Array) -> Any:
    """Some of the rows of whatever holds rows."""
    if values is None:
        return None
    return values[indices] if isinstance(values, np.ndarray) else values.take(indices)


def counted(path: str) -> Callable[..., str]:
    """Places in an array file, whose rows and columns count from 0 as NumPy counts them."""

    def place(row: int, column: int | None = None) -> str:
        return f"{path}: row {row}{'' if column is None else f', column {column}'} (counted from 0)"

    return place


@dataclass(frozen=True)
class Glance:
    """What is known of a large source without reading it whole.

    Args:
        rows: all rows with their targets, their inputs Unread.
        sample: some of the rows with their inputs; `origin` says which.
    """

    rows: Rows
    sample: Rows


def array_rows(inputs: Array | Mapped, targets: Array | None, name: str, target_file: str, target: str) -> Rows:
    """Rows from arrays, checked.

    Args:
        inputs: (n, *) numbers, perhaps mapped.
        targets: (n,) or (n, targets) labels or numbers, or None.
        name: what messages call the inputs.
        target_file: what they call the targets.
        target: the name of the target; several get _0, _1 and so on.

    Raises:
        DataError: where the inputs are no rows of finite numbers, or the lengths differ.
    """
    _check_arrays(inputs.dtype, inputs.shape, targets, name, target_file)
    return _rows(inputs, np.arange(len(inputs)), targets, name, target_file, target)


def array_glance(
    sample: Array, origin: Array, shape: Shape, targets: Array, name: str, target_file: str, target: str
) -> Glance:
    """Some rows of a large array, checked, and the targets of all of them.

    Args:
        sample: (m, *) the rows.
        origin: (m,) their numbers.
        shape: of the whole array.
        targets: of all rows.
        name: what messages call the inputs.
        target_file: what they call the targets.
        target: the name of the target.

    Raises:
        DataError: as for `array_rows`.
    """
    _check_arrays(sample.dtype, shape, targets, name, target_file)
    rows = _rows(sample, origin, targets[origin], name, target_file, target)
    return Glance(replace(rows, inputs=Unread(shape[0]), targets=targets, origin=np.arange(shape[0])), rows)


def spread(total: int, count: int) -> Array:
    """The numbers of at most `count` of `total` rows, at even distances."""
    return np.arange(total)[:: max(1, -(-total // count))]


def _check_arrays(dtype: Any, shape: Shape, targets: Array | None, name: str, target_file: str) -> None:
    if dtype.kind not in "biuf":
        raise DataError(f"{name}: expected numbers; got {dtype}")
    if len(shape) < 2:
        raise DataError(f"{name}: expected (rows, columns) or images; got the shape {shape}")
    if 0 in shape:
        raise DataError(f"{name}: no rows or no columns; its shape is {shape}")
    if targets is not None and targets.dtype.kind not in "biufUS":
        raise DataError(f"{target_file}: expected numbers or text; got {targets.dtype}")
    if targets is not None and targets.ndim == 0:
        raise DataError(f"{target_file}: expected one target a row; got a single value")
    if targets is not None and len(targets) != shape[0]:
        raise DataError(f"{target_file}: {len(targets)} rows, but {name} has {shape[0]}")


def _rows(
    inputs: Array | Mapped, origin: Array, targets: Array | None, name: str, target_file: str, target: str
) -> Rows:
    check_finite(inputs, name, origin)
    width = 1 if targets is None or targets.ndim < 2 else targets.shape[1]
    return Rows(
        inputs=inputs,
        targets=targets,
        name=name,
        where=counted(name),
        where_target=counted(target_file),
        origin=origin,
        target_names=(target,) if width == 1 else tuple(f"{target}_{index}" for index in range(width)),
    )
