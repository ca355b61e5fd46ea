"""Read the sources of a config; on request, read only a sample of the inputs of large sources."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from nncli.assemble.decide_task import decide_task_kind
from nncli.config.spec import SPLITS, Data
from nncli.core.errors import DataError, Path, Problem, UserError
from nncli.core.spelling import suggestion
from nncli.core.task import TaskKind
from nncli.data.rows import Rows
from nncli.data.source import Source
from nncli.data.tables.dataframe import Table
from nncli.data.target_encoding import class_labels
from nncli.nn.loss import Loss

PROBE_ROWS = 10  # rows of a large source to read, to find out whether it is readable


def source_problem(data: Data, name: str, error: UserError) -> Problem:
    """Return a data error as a problem of the config, at the key that caused it, or at the source if no key is known.

    Args:
        data: the data section.
        name: name of the split whose source failed.
        error: the error.
    """
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


def unreadable_sources(data: Data) -> Iterator[Problem]:
    """Yield a problem for every source that cannot be read; used if the loss is not known."""
    for name in SPLITS:
        source = getattr(data, name)
        try:
            if isinstance(source, Source) and source.preview(PROBE_ROWS) is None:
                source.read()
        except UserError as error:
            yield source_problem(data, name, error)


def keep_listed_classes(source: Source, rows: Rows, kind: TaskKind, *, all_needed: bool = False) -> Rows:
    """Return the rows whose label is in the `classes` of the source; all rows if the source lists no classes.

    Args:
        source: the source.
        rows: its rows.
        kind: kind of the task; only "classes" has class labels.
        all_needed: whether every class must have a row, as in training.

    Raises:
        DataError: if a class that is needed has no row.
    """
    if source.classes is None or kind != "classes":
        return rows
    return class_labels.keep_classes(rows, source.classes, all_needed=all_needed)


def ordered_classes(rows: Rows, source: Source, kind: TaskKind) -> tuple[str, ...] | None:
    """Return the class labels in order: those that the source lists, or else all labels in the rows.

    Tasks without classes return None.

    Args:
        rows: the training rows.
        source: their source.
        kind: kind of the task.

    Raises:
        DataError: if the targets are not labels.
    """
    if kind != "classes":
        return None
    return source.classes or class_labels.all_classes(rows)


@dataclass
class SourceReader:
    """Read the sources of a config, each at most once; the train source must be read first.

    Args:
        data: the data section.
        loss: the loss.
        layers: the layers of the model; those that could not be built are Invalid.
        sample_rows: approximate number of rows whose inputs are read from each large source; targets are read
            completely; None for all rows.
        whole: split name -> rows, for sources that were read completely.
        samples: split name -> a sample of the rows, for sources whose inputs were not read completely.
        problems: a problem for every source that cannot be read.
        kind: kind of the task, known after the train source was read.
    """

    data: Data
    loss: Loss
    layers: Sequence[Any]
    sample_rows: int | None = None
    whole: dict[str, Rows] = field(default_factory=dict)
    samples: dict[str, Rows] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    kind: TaskKind = "numbers"
    _text_columns: tuple[str, ...] = ()  # text columns of the training rows

    def rows(self, name: str) -> Rows | None:
        """Return the rows of a source; None if it cannot be read or is a fraction of the train source."""
        source = getattr(self.data, name)
        if not isinstance(source, Source):
            return None
        if name in self.whole:
            if name == "train":
                self._inspect_training_rows(self.whole[name], self.whole[name])
            return self.whole[name]
        try:
            seen = None if self.sample_rows is None else source.preview(self.sample_rows)
            rows = source.read_like(self._text_columns) if seen is None else seen.rows
            if name == "train":
                _check_groups(source, rows)
                self._inspect_training_rows(rows, rows if seen is None else seen.sample)
            rows = keep_listed_classes(source, rows, self.kind, all_needed=name == "train")
        except UserError as error:
            self.problems.append(source_problem(self.data, name, error))
            return None
        if seen is None:
            self.whole[name] = rows
        else:
            self.samples[name] = seen.sample
        return rows

    def _inspect_training_rows(self, rows: Rows, sample: Rows) -> None:
        """Decide the kind of the task, and remember which columns are text."""
        self.kind = decide_task_kind(self.loss, dataclasses.replace(rows, inputs=sample.inputs), self.layers)
        if isinstance(rows.inputs, Table):
            self._text_columns = rows.inputs.text_columns


def _check_groups(source: Source, rows: Rows) -> None:
    """Check that the train source has the group column that its `groups` names.

    Raises:
        DataError: if the column does not exist.
    """
    wanted = getattr(source, "groups", None)
    if wanted is None or rows.groups is not None:
        return
    columns = rows.all_columns
    what = f"column {wanted!r}{suggestion(wanted, columns)}" if columns else f"array {wanted!r} of groups"
    raise DataError(f"{rows.name}: no {what}", key="groups")
