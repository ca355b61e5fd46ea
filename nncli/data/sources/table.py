"""Tables with a header line."""

from __future__ import annotations

import os
import stat
import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Literal

import numpy as np

from nncli.core.errors import DataError
from nncli.core.fields import Checked
from nncli.core.types import Array
from nncli.data.rows import Glance, Rows, Unread
from nncli.data.source import Names, Source, source
from nncli.data.table import Table, glance_at_table, no_columns, parse_table, read_table

ENDINGS = (".csv", ".tsv", ".csv.gz", ".tsv.gz")
STANDARD_INPUT = "-"
LARGE_TEXT = 4 << 20  # bytes from which a file is looked at before it is read whole
GZIPPED = 5  # about how many bytes of text a byte of a .gz file holds


@dataclass(frozen=True)
class Constant(Checked):
    """A number in the place of missing ones.

    Args:
        constant: that number.
    """

    constant: float


@source("table")
@dataclass(frozen=True, kw_only=True)
class TableSource(Source):
    """A table from .csv or .tsv, gzipped or not, with a header line.

    Columns of numbers are numbers; text columns become one column a category, 1 where it is that category. A blank
    cell is missing.

    Args:
        path: the file; relative to the config, or to the working directory on the command line.
        targets: the column to learn, or a list of them.
        inputs: the columns to learn from; default all others.
        missing: what blank number cells become: the training rows' median or mean, {constant: NUMBER}, or error. A
            text column's blank is a category of its own.
        classes: which labels to use and in what order; default all.
    """

    example = "{path: houses.csv, targets: price}"

    path: str
    targets: str | Names | None = None
    inputs: Names | None = None
    missing: Literal["median", "mean", "error"] | Constant = "median"

    def conflicts(self) -> Iterable[tuple[str, str]]:
        """A column twice, or a target that is also an input, which would give the answer away."""
        yield from super().conflicts()
        for key, columns in (("targets", self.target_columns), ("inputs", self.inputs or ())):
            for name in dict.fromkeys(name for name in columns if columns.count(name) > 1):
                yield key, f"the column {name!r} stands there twice"
        for name in self.target_columns:
            if name in (self.inputs or ()):
                yield "inputs", f"the target {name!r} is among the inputs; drop it there"

    @classmethod
    def claims(cls, values: Mapping[str, Any]) -> bool:
        """A path that ends as tables do, a named pipe, or standard input."""
        path = str(values.get("path", ""))
        return path.lower().endswith(ENDINGS) or path == STANDARD_INPUT or _is_pipe(path)

    @classmethod
    def path_fields(cls, values: Mapping[str, Any]) -> tuple[str, ...]:
        """The path."""
        return ("path",)

    @property
    def target_columns(self) -> tuple[str, ...]:
        """The names of the target columns."""
        return (self.targets,) if isinstance(self.targets, str) else self.targets or ()

    def read(self, *, targets: bool = True) -> Rows:
        """The input columns, as text, and the target columns, as numbers where they are."""
        stdin = self.path == STANDARD_INPUT
        name = "standard input" if stdin else self.path
        table = parse_table(sys.stdin.buffer.read(), name) if stdin else read_table(name)
        origin = np.arange(len(table))
        return self._rows(table, _targets(table, self._asked(table)) if targets else None, origin, table)

    def glance(self, count: int) -> Glance | None:
        """The target columns of all rows, and some rows."""
        try:
            size = os.stat(self.path).st_size * (GZIPPED if self.path.lower().endswith(".gz") else 1)
        except OSError:
            return None
        if size < LARGE_TEXT:  # also pipes, which are read only once
            return None
        columns, table, numbers = glance_at_table(self.path, self.target_columns, count)
        targets = _targets(columns, self._asked(table))  # whose names are looked for among all columns
        sample = self._rows(table, targets[numbers], numbers, columns)
        rows = replace(sample, inputs=Unread(len(columns)), targets=targets, origin=np.arange(len(columns)))
        return Glance(rows, sample)

    def _asked(self, table: Table) -> tuple[str, ...]:
        """The target columns, where there are any."""
        if not self.target_columns:
            known = ", ".join(table.columns)
            raise DataError(f"{table.name}: say which column to learn, with targets:. Columns: {known}")
        for name in self.target_columns:
            table.cells(name, "targets")
        return self.target_columns

    def _rows(self, table: Table, targets: Array | None, origin: Array, whole: Table) -> Rows:
        """Rows from some or all rows of a table; `whole` knows the lines of all."""
        wanted = self.inputs or [column for column in table.columns if column not in self.target_columns]
        if not wanted:
            raise DataError(f"{table.name}: no column is left to learn from; it has the target alone")
        missing = [name for name in wanted if name not in table.columns]
        if missing:
            raise DataError(f"{table.name}: {no_columns(missing, table.columns, wanted)}", key="inputs")
        return Rows(
            inputs=Table(table.name, {column: table.cells(column, "inputs") for column in wanted}, table.lines),
            targets=targets,
            name=table.name,
            where=lambda row: f"{table.name}:{whole.lines[row]}",
            origin=origin,
            target_names=self.target_columns,
            files=() if self.path == STANDARD_INPUT else (self.path,),
        )


def _is_pipe(path: str) -> bool:
    """Whether the path is a named pipe, such as the shell makes for <(command)."""
    try:
        return stat.S_ISFIFO(os.stat(path).st_mode)
    except OSError:
        return False


def _targets(table: Table, names: tuple[str, ...]) -> Array:
    columns = []
    for name in names:
        cells = table.cells(name, "targets")
        blank = cells == ""
        if blank.any():
            line = table.lines[int(blank.argmax())]
            raise DataError(f"{table.name}:{line}: column {name!r}: the target is blank; fill it or drop the row")
        columns.append(cells)
    return columns[0] if len(columns) == 1 else np.stack(columns, axis=1)
