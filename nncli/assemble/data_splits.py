"""The training, validation and test rows of a run: read from the sources, or drawn from the train source."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, cast

import numpy as np

from nncli.assemble.read_sources import SourceReader, class_names, problem_of
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
    """The rows of a run by what they are for.

    Args:
        train: the training rows.
        task: what is learnt, as far as the targets show it.
        validation: measured after every epoch, or None.
        test: measured once at the end, or None.
        notes: for the user.
        files: the data files that were read.
        samples: some rows of the splits whose inputs were not read, by the name of the random_split.
        whole_sources: the sources that were read whole, by name, so that none is read twice.
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
        """Whether the inputs of some random_split were not read whole."""
        return bool(self.samples)

    def readable(self, name: str) -> Rows:
        """The rows of a random_split, or a sample of them where their inputs were not read."""
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
    """Read the sources and draw the fractions: of all rows of train, test first.

    Args:
        data: the data section.
        loss: of the config.
        seed: of the draws.
        problems: gets every source that cannot be read, and every fraction that leaves no row.
        layers: the model's layers, which may decide the kind of the task.
        sample_rows: of large sources, read the targets and about so many rows; default all rows.
        whole_sources: sources that were read whole before, by name.

    Returns:
        The splits; None where the train source cannot be used.
    """
    reader = SourceReader(data, loss, layers, sample_rows, dict(whole_sources or {}), problems=problems)
    train = reader.rows("train")
    held_out = {name: reader.rows(name) for name in ("test", "validation")}
    if train is None:
        return None
    try:
        task = Task(reader.kind, class_names(train, cast("Source", data.train), reader.kind), train.target_names)
    except DataError as error:
        problems.append(problem_of(data, "train", error))
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
                problems.append(problem_of(data, name, error))
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
    """(held out, left) of the rows that remain: by group, from the end, stratified or at random."""
    count = round(wanted.fraction * len(train))
    if train.groups is not None:
        for key in ("stratify", "split"):
            if getattr(wanted, key) not in (False, "random"):
                raise DataError(f"{key} and data.train.groups do not go together; drop one of the two", key=key)
        return grouped_split(remaining, count, seed, name, train.groups.take(remaining))
    if wanted.split == "tail":
        return tail_split(remaining, count, name)
    if wanted.stratify:
        return stratified_split(remaining, count, seed, name, _strata(train, kind).take(remaining))
    return random_split(remaining, count, seed, name)


def _strata(rows: Rows, kind: TaskKind) -> TextColumn:
    """The class label of every row, by which a random_split is stratified."""
    if kind == "multi_label":
        raise DataError("stratify wants one class label a row, but this loss learns several labels", key="stratify")
    if kind != "classes":
        raise DataError("stratify wants class labels, but this loss learns numbers", key="stratify")
    return class_labels.text_labels(rows)
