"""Tables with a header line: CSV, TSV and Parquet files."""

from __future__ import annotations

import os
import stat
import sys
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Literal

import numpy as np

from nncli.core.checked import Checked
from nncli.core.errors import DataError
from nncli.data.column_encoding.column_rules import ColumnRules
from nncli.data.file_endings import is_table
from nncli.data.rows import Rows
from nncli.data.source import Names, Source, source
from nncli.data.tables.dataframe import Table
from nncli.data.tables.missing_columns import missing_columns_message
from nncli.data.tables.read_options import ReadOptions
from nncli.data.tables.read_table import parse_table, read_table
from nncli.data.tables.target_columns import duplicates, select_targets, target_names
from nncli.data.weights.sample_weights import add_weights

STANDARD_INPUT = "-"


@dataclass(frozen=True)
class Constant(Checked):
    """A constant that is imputed for missing cells.

    Args:
        constant: the number.
    """

    constant: float


@source("table")
@dataclass(frozen=True, kw_only=True)
class TableSource(Source):
    """A .csv or .tsv file with a header line, gzipped or not, or a .parquet file if `nncli[tables]` is installed.

    Columns of numbers stay numbers; true and false become 1 and 0; text columns are one-hot encoded. A blank cell is
    missing. The separator is comma, semicolon or tab.

    Args:
        path: the file; in a config, relative to the config; on the command line, relative to the working directory.
        targets: the column to learn, or a list of them.
        inputs: the columns to learn from; default all others.
        missing: how blank cells of numeric columns are imputed: the training rows' median or mean, {constant: NUMBER},
            or error. In a text column, a blank cell is a category of its own.
        missing_indicator: whether a numeric column with blank cells gets an extra column that is 1 for blank cells.
        blanks: texts that mean a blank cell, such as [NA, "?"].
        categories: columns that are categories although they hold numbers, such as [zip_code].
        unseen: what happens to a category that did not occur in training: zeros encodes it as zeros and prints a note;
            error stops.
        weights: the column with the weight of every row in loss and metrics; not an input.
        groups: the column with the group of every row; no group is split between training, validation and test; not an
            input.
        classes: the labels to use, in order; default all.
    """

    example = "{path: houses.csv, targets: price}"

    path: str
    targets: str | Names | None = None
    inputs: Names | None = None
    missing: Literal["median", "mean", "error"] | Constant = "median"
    missing_indicator: bool = False
    blanks: Names | None = None
    categories: Names | None = None
    unseen: Literal["zeros", "error"] = "zeros"
    weights: str | None = None
    groups: str | None = None

    def conflicts(self) -> Iterable[tuple[str, str]]:
        """Report columns that are listed twice, and inputs that are also targets, weights or groups."""
        yield from super().conflicts()
        for key, columns in (("targets", self.target_columns), ("inputs", self.inputs or ())):
            for name in duplicates(columns):
                yield key, f"the column {name!r} is listed twice"
        for name in self.target_columns:
            if name in (self.inputs or ()):
                yield "inputs", f"the target {name!r} is among the inputs; remove it from inputs"
            if name in (self.weights, self.groups):
                key = "weights" if name == self.weights else "groups"
                yield key, f"the column {name!r} is the target"
        for key, column in (("weights", self.weights), ("groups", self.groups)):
            if column is not None and column in (self.inputs or ()):
                yield "inputs", f"the column {column!r} holds the {key} and is not an input; remove it from inputs"
        for name in self.categories or ():
            if name in self.target_columns or name in (self.weights, self.groups):
                yield "categories", f"the column {name!r} is not an input"
            elif self.inputs is not None and name not in self.inputs:
                yield "categories", f"the column {name!r} is not among the inputs"

    @classmethod
    def claims(cls, values: Mapping[str, Any]) -> bool:
        """Whether the path has the ending of a table, is a named pipe, or means standard input."""
        path = str(values.get("path", ""))
        return is_table(path) or path == STANDARD_INPUT or _is_pipe(path)

    @classmethod
    def path_fields(cls, values: Mapping[str, Any]) -> tuple[str, ...]:
        """Return the path."""
        return ("path",)

    @property
    def target_columns(self) -> tuple[str, ...]:
        """The names of the target columns."""
        return target_names(self.targets)

    @property
    def column_rules(self) -> ColumnRules:
        """The options for encoding the columns."""
        missing = self.missing.constant if isinstance(self.missing, Constant) else self.missing
        return ColumnRules(missing, self.missing_indicator, self.unseen, self.categories or ())

    def read(self, *, targets: bool = True) -> Rows:
        """Read the input columns and the target columns."""
        return self.read_like((), targets=targets)

    def read_like(self, texts: Collection[str], *, targets: bool = True) -> Rows:
        """Read all rows, with some columns as text."""
        stdin = self.path == STANDARD_INPUT
        name = "standard input" if stdin else self.path
        labels = [*self.target_columns, *([self.groups] if self.groups else [])]
        options = ReadOptions({*texts, *(self.categories or ())}, labels, self.blanks or ())
        table = parse_table(sys.stdin.buffer.read(), name, options) if stdin else read_table(name, options)
        rows = self._rows(table)
        if not targets:
            return rows
        rows = replace(rows, targets=select_targets(table, self.target_columns), groups=table.groups(self.groups))
        return add_weights(rows, table, self.weights)

    def _rows(self, table: Table) -> Rows:
        not_inputs = {*self.target_columns, self.weights, self.groups}
        wanted = self.inputs or [column for column in table.columns if column not in not_inputs]
        if not wanted:
            raise DataError(f"{table.name}: no column is left to learn from; the table has only the target")
        for key, named in (("inputs", wanted), ("categories", self.categories or ())):
            missing = [name for name in named if name not in table.columns]
            if missing:
                message = missing_columns_message(missing, list(table.columns), named)
                raise DataError(f"{table.name}: {message}", key=key)
        return Rows(
            inputs=replace(table, columns={column: table.columns[column] for column in wanted}),
            targets=None,
            name=table.name,
            where=table.place,
            where_target=lambda row, *_: table.place(row),  # no column, because messages about targets name it
            origin=np.arange(len(table)),
            all_columns=tuple(table.columns),
            target_names=self.target_columns,
            files=(self.path,) if os.path.isfile(self.path) else (),  # standard input and pipes have no fingerprint
        )


def _is_pipe(path: str) -> bool:
    """Whether the path is a named pipe, such as the shell makes for <(command)."""
    try:
        return stat.S_ISFIFO(os.stat(path).st_mode)
    except OSError:
        return False
