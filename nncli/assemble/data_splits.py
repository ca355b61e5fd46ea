"""Read the training, validation and test rows of a run, or draw them from the train source."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, cast

import numpy as np

from nncli.assemble.read_sources import SourceReader, ordered_classes, source_problem
from nncli.config.spec import Data, Fraction
from nncli.core.errors import DataError, Problem
from nncli.core.task import Task, TaskKind
from nncli.core.types import Array
from nncli.data.rows import Rows
from nncli.data.source import Source
from nncli.data.splits.grouped_split import grouped_split
from nncli.data.splits.random_split import random_split
from nncli.data.splits.stratified_split import stratified_split
from nncli.data.splits.tail_split import tail_split
from nncli.data.tables.text_column import TextColumn
from nncli.data.target_encoding import class_labels
from nncli.nn.loss import Loss


@dataclass
class DataSplits:
    """The training, validation and test rows of a run.

    Args:
        train: the training rows.
        task: the task, as far as the loss and the targets determine it.
        validation: the validation rows, or None.
        test: the test rows, or None.
        notes: notes for the user.
        files: the data files that were read.
        samples: split name -> a sample of its rows, for splits whose inputs were not read completely.
        whole_sources: split name -> rows, for sources that were read completely and need not be read again.
    """

    train: Rows
    task: Task
    validation: Rows | None = None
    test: Rows | None = None
    notes: list[str] = field(default_factory=list)
    files: tuple[str, ...] = ()
    samples: dict[str, Rows] = field(default_factory=dict)
    whole_sources: dict[str, Rows] = field(default_factory=dict)

    @property
    def named(self) -> dict[str, Rows]:
        """The splits that exist, by name."""
        splits = {"train": self.train, "validation": self.validation, "test": self.test}
        return {name: rows for name, rows in splits.items() if rows is not None}

    @property
    def is_sample(self) -> bool:
        """Whether at least one split was read only as a sample."""
        return bool(self.samples)

    def readable(self, name: str) -> Rows:
        """Return the rows of a split, or its sample if its inputs were not read completely."""
        return self.samples.get(name, self.named[name])


def read_splits(
    data: Data,
    loss: Loss,
    seed: int,
    problems: list[Problem],
    layers: Sequence[Any] = (),
    *,
    sample_rows: int | None = None,
    whole_sources: dict[str, Rows] | None = None,
) -> DataSplits | None:
    """Read the sources and draw the fractions from the train source: first test, then validation.

    Args:
        data: the data section.
        loss: the loss, which determines the task together with the targets.
        seed: seed of the random draws.
        problems: receives a problem for every source that cannot be read and every fraction that cannot be drawn.
        layers: the layers of the model, which may determine the kind of task as well.
        sample_rows: approximate number of rows whose inputs are read from each large source; targets are read
            completely; default all rows.
        whole_sources: split name -> rows, for sources that were already read completely.

    Returns:
        The splits; None if the train source cannot be used.
    """
    reader = SourceReader(data, loss, layers, sample_rows, dict(whole_sources or {}), problems=problems)
    train = reader.rows("train")
    held_out = {name: reader.rows(name) for name in ("test", "validation")}
    if train is None:
        return None
    try:
        task = Task(reader.kind, ordered_classes(train, cast("Source", data.train), reader.kind), train.target_names)
    except DataError as error:
        problems.append(source_problem(data, "train", error))
        return None
    sources = {"train": train, **{name: rows for name, rows in held_out.items() if rows is not None}}
    notes = [f"data.{name}: {note}" for name, rows in sources.items() for note in rows.all_notes]
    files = dict.fromkeys(file for rows in sources.values() for file in rows.files)
    samples, remaining = reader.samples, np.arange(len(train))
    for name in held_out:
        wanted = getattr(data, name)
        if isinstance(wanted, Fraction):
            try:
                drawn, remaining = _draw(wanted, name, train, remaining, seed, reader.kind)
            except DataError as error:
                problems.append(source_problem(data, name, error))
                continue
            held_out[name] = train.take(drawn)
            if "train" in samples:
                samples[name] = samples["train"]
    if len(remaining) < len(train):
        train = train.take(remaining)
    splits = DataSplits(train, task, held_out["validation"], held_out["test"], notes, tuple(files))
    splits.whole_sources = reader.whole
    for name, sample in samples.items():
        if name in splits.named:
            belongs = np.isin(sample.origin, splits.named[name].origin)
            splits.samples[name] = sample.take(np.flatnonzero(belongs))
    return splits


def _draw(wanted: Fraction, name: str, train: Rows, remaining: Array, seed: int, kind: TaskKind) -> tuple[Array, Array]:
    """Draw a fraction of the rows by the method in the config; return (drawn rows, remaining rows) as indices."""
    count = round(wanted.fraction * len(train))
    if train.groups is not None:
        for key in ("stratify", "split"):
            if getattr(wanted, key) not in (False, "random"):
                raise DataError(f"{key} and data.train.groups cannot be used together; drop one of the two", key=key)
        return grouped_split(remaining, count, seed, name, train.groups.take(remaining))
    if wanted.split == "tail":
        return tail_split(remaining, count, name)
    if wanted.stratify:
        return stratified_split(remaining, count, seed, name, _strata(train, kind).take(remaining))
    return random_split(remaining, count, seed, name)


def _strata(rows: Rows, kind: TaskKind) -> TextColumn:
    """Return the class label of every row, for a stratified split."""
    if kind == "multi_label":
        raise DataError(
            "stratify wants one class label per row, but this loss learns multi-label targets", key="stratify"
        )
    if kind != "classes":
        raise DataError("stratify wants class labels, but this loss learns numbers", key="stratify")
    return class_labels.text_labels(rows)
