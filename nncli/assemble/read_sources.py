"""Read the sources of a config: whole, or of large ones the targets and a sample of the inputs."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from nncli.assemble.decide_task import decide_kind
from nncli.config.spec import Data
from nncli.core.errors import DataError, Path, Problem, UserError
from nncli.core.spelling import suggestion
from nncli.core.task import TaskKind
from nncli.data.rows import Rows
from nncli.data.source import Source
from nncli.data.tables.dataframe import Table
from nncli.data.target_encoding import class_labels
from nncli.nn.loss import Loss

SOURCES = ("train", "validation", "test")
FEW_ROWS = 10  # of a large source that are read where only its files and columns matter


def problem_of(data: Data, name: str, error: UserError) -> Problem:
    """A data error as a problem of the config, at the key that is at fault, or of the source if it names none."""
    if inside := getattr(error, "path", ()):
        return Problem(("data", *inside), str(error))
    path: Path = ("data", name)
    key, file = getattr(error, "key", None), getattr(error, "file", None)
    source = getattr(data, name)
    if key is None and file is not None and isinstance(source, Source):
        names = [item.name for item in dataclasses.fields(source)]
        key = next((name for name in names if getattr(source, name) == file), None)
    known = key is not None and (not isinstance(source, Source) or hasattr(source, key))
    return Problem((*path, key) if key and known else path, str(error))


def unreadable(data: Data) -> Iterator[Problem]:
    """The sources that cannot be read, where it is not known what is to be learnt from them."""
    for name in SOURCES:
        source = getattr(data, name)
        try:
            if isinstance(source, Source) and source.preview(FEW_ROWS) is None:
                source.read()
        except UserError as error:
            yield problem_of(data, name, error)


def keep_listed_classes(source: Source, rows: Rows, kind: TaskKind, *, all_needed: bool = False) -> Rows:
    """The rows whose label is one of the source's classes, where it lists some.

    Raises:
        DataError: where a class that is needed has no row.
    """
    if source.classes is None or kind != "classes":
        return rows
    return class_labels.keep_classes(rows, source.classes, all_needed=all_needed)


def class_names(rows: Rows, source: Source, kind: TaskKind) -> tuple[str, ...] | None:
    """The class labels in order: as the source lists them, or all that occur; None for other tasks.

    Raises:
        DataError: where the targets are no labels.
    """
    if kind != "classes":
        return None
    return source.classes or class_labels.all_classes(rows)


@dataclass
class SourceReader:
    """Reads the sources of a config, each at most once.

    Args:
        data: the data section.
        loss: of the config.
        layers: the model's layers, Invalid where one could not be built.
        sample_rows: of large sources, read the targets and about so many rows; None for all rows.
        whole: the sources that were read whole, by name.
        samples: some rows of the sources whose inputs were not read whole, by name.
        problems: every source that cannot be read.
        kind: of the task, known once the train source was read.
    """

    data: Data
    loss: Loss
    layers: Sequence[Any]
    sample_rows: int | None = None
    whole: dict[str, Rows] = field(default_factory=dict)
    samples: dict[str, Rows] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    kind: TaskKind = "numbers"
    _text_columns: tuple[str, ...] = ()  # the columns that are text in the training rows

    def rows(self, name: str) -> Rows | None:
        """The rows of one source; None where it cannot be read or is a fraction of train."""
        source = getattr(self.data, name)
        if not isinstance(source, Source):
            return None
        if name in self.whole:
            return self._noted(name, self.whole[name], self.whole[name])
        try:
            seen = None if self.sample_rows is None else source.preview(self.sample_rows)
            rows = source.read_like(self._text_columns) if seen is None else seen.rows
            if name == "train":
                _check_groups(source, rows)
            rows = self._noted(name, rows, rows if seen is None else seen.sample)
            rows = keep_listed_classes(source, rows, self.kind, all_needed=name == "train")
        except UserError as error:
            self.problems.append(problem_of(self.data, name, error))
            return None
        if seen is None:
            self.whole[name] = rows
        else:
            self.samples[name] = seen.sample
        return rows

    def _noted(self, name: str, rows: Rows, sample: Rows) -> Rows:
        """The same rows; from those of train it is known what kind of task it is, and which columns are text."""
        if name == "train":
            self.kind = decide_kind(self.loss, dataclasses.replace(rows, inputs=sample.inputs), self.layers)
            if isinstance(rows.inputs, Table):
                self._text_columns = rows.inputs.text_columns
        return rows


def _check_groups(source: Source, rows: Rows) -> None:
    """Groups by which to split have to exist in the train source; other sources may lack them."""
    wanted = getattr(source, "groups", None)
    if wanted is None or rows.groups is not None:
        return
    columns = rows.all_columns
    what = f"column {wanted!r}{suggestion(wanted, columns)}" if columns else f"array {wanted!r} of groups"
    raise DataError(f"{rows.name}: no {what}", key="groups")
