"""Reading a config's sources and drawing what is held out."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, cast

import numpy as np

from nncli.assemble.shapes import takes_channel
from nncli.assemble.targets import suited
from nncli.config.spec import Data, Fraction
from nncli.core.errors import DataError, Path, Problem, UserError
from nncli.core.spelling import suggestion
from nncli.core.types import Array
from nncli.data.column_encoding.column_rules import DEFAULT_RULES
from nncli.data.preprocessing import Preprocessing
from nncli.data.rows import Rows
from nncli.data.scalers import Scaler
from nncli.data.source import Source
from nncli.data.splits.grouped_split import grouped_split
from nncli.data.splits.random_split import random_split
from nncli.data.splits.stratified_split import stratified_split
from nncli.data.splits.tail_split import tail_split
from nncli.data.tables.dataframe import Table
from nncli.data.tables.text_column import TextColumn
from nncli.data.target_encoding import class_labels
from nncli.nn.loss import Loss

FEW = 10  # rows of a large source that are read where only its files and columns matter


@dataclass
class Parts:
    """The rows of a run by what they are for.

    Args:
        train: the training rows.
        loss: what is learnt, in the form that suits the targets.
        validation: measured after every epoch, or None.
        test: measured once at the end, or None.
        classes: all labels of the train source before splitting, in order; None for several labels a row and for
            regression.
        notes: what the user should know.
        files: the data files that were read.
        samples: some rows of the parts whose inputs are NotLoaded, by the name of the part.
        sources: the sources that were read whole, by their names, so that none is read twice.
    """

    train: Rows
    loss: Loss
    validation: Rows | None = None
    test: Rows | None = None
    classes: tuple[str, ...] | None = None
    notes: list[str] = field(default_factory=list)
    files: tuple[str, ...] = ()
    samples: dict[str, Rows] = field(default_factory=dict)
    sources: dict[str, Rows] = field(default_factory=dict)

    @property
    def named(self) -> dict[str, Rows]:
        """The parts that there are."""
        parts = {"train": self.train, "validation": self.validation, "test": self.test}
        return {name: rows for name, rows in parts.items() if rows is not None}

    def readable(self, name: str) -> Rows:
        """The rows of a part, or a sample of them where their inputs are NotLoaded."""
        return self.samples.get(name, self.named[name])


def problem_of(data: Data, name: str, error: UserError) -> Problem:
    """A data error as a problem of the config, at the key that is at fault, of the source if it names no other."""
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


def read_parts(
    data: Data,
    loss: Loss,
    seed: int,
    problems: list[Problem],
    layers: Sequence[Any] | None = None,
    *,
    glance: int | None = None,
    read: Mapping[str, Rows] = MappingProxyType({}),
) -> Parts | None:
    """The rows of the sources; fractions are shares of all rows of train, test drawn first.

    Args:
        data: the config's data section.
        loss: what is learnt.
        seed: of the draws.
        problems: gets every source that cannot be read, and every share that leaves no row.
        layers: the model's, beside which the loss takes the form that suits the targets; None where it has it already.
        glance: of large sources, read the targets and about so many rows; default all of them.
        read: sources that were read whole before, by their names.

    Returns:
        None where the train source cannot be used.
    """
    reading = _Reading(data, loss, problems, layers, glance, dict(read))
    train = reading.rows("train")
    loss = reading.loss
    held = {name: reading.rows(name) for name in ("test", "validation")}
    samples = reading.samples
    if train is None:
        return None
    try:
        classes = class_names(train, cast("Source", data.train), loss)
    except DataError as error:
        problems.append(problem_of(data, "train", error))
        return None
    notes = [
        f"data.{name}: {note}"
        for name, rows in (("train", train), *held.items())
        if rows is not None
        for note in rows.all_notes
    ]
    files = [file for rows in (train, *held.values()) if rows is not None for file in rows.files]
    remaining = np.arange(len(train))
    for name in held:
        wanted = getattr(data, name)
        if isinstance(wanted, Fraction):
            try:
                drawn, remaining = _drawn(wanted, name, train, remaining, seed, data, loss)
            except DataError as error:
                problems.append(problem_of(data, name, error))
                continue
            held[name] = train.take(drawn)
            if "train" in samples:
                samples[name] = samples["train"]
    if len(remaining) < len(train):
        train = train.take(remaining)
    parts = Parts(train, loss, held["validation"], held["test"], classes, notes, tuple(dict.fromkeys(files)))
    parts.sources = reading.whole
    for name, sample in samples.items():
        if name in parts.named:
            parts.samples[name] = sample.take(np.flatnonzero(np.isin(sample.origin, parts.named[name].origin)))
    return parts


def unreadable(data: Data) -> Iterator[Problem]:
    """The sources that cannot be read, where it is not known what is to be learnt from them."""
    for name in ("train", "validation", "test"):
        source = getattr(data, name)
        try:
            if isinstance(source, Source) and source.preview(FEW) is None:
                source.read()
        except UserError as error:
            yield problem_of(data, name, error)


@dataclass
class _Reading:
    """Reads the config's sources, each only its classes."""

    data: Data
    loss: Loss
    problems: list[Problem]
    layers: Sequence[Any] | None
    glance: int | None
    whole: dict[str, Rows]
    samples: dict[str, Rows] = field(default_factory=dict)
    texts: tuple[str, ...] = ()  # the columns that are text in the training rows

    def rows(self, name: str) -> Rows | None:
        """The rows of a source, of a large one with their inputs NotLoaded and a sample; None where there are none."""
        source = getattr(self.data, name)
        if not isinstance(source, Source):
            return None
        if name in self.whole:
            if name == "train":
                self._suit(self.whole[name])
            return self._known(name, self.whole[name])
        try:
            seen = None if self.glance is None else source.preview(self.glance)
            rows = source.read_like(self.texts) if seen is None else seen.rows
            if name == "train":
                _check_groups(source, rows)
                self._suit(rows if seen is None else dataclasses.replace(rows, inputs=seen.sample.inputs))
            rows = chosen(source, rows, self.loss, all_needed=name == "train")
        except UserError as error:
            self.problems.append(problem_of(self.data, name, error))
            return None
        if seen is None:
            self.whole[name] = rows
        else:
            self.samples[name] = seen.sample
        return self._known(name, rows)

    def _suit(self, train: Rows) -> None:
        """Gives the loss the form that the targets want."""
        if self.layers is not None:
            self.loss = suited(self.loss, train, self.layers)

    def _known(self, name: str, rows: Rows) -> Rows:
        """The rows, from which it is known what the columns of the following are."""
        if name == "train" and isinstance(rows.inputs, Table):
            self.texts = rows.inputs.text_columns
        return rows


def chosen(source: Source, rows: Rows, loss: Loss, *, all_needed: bool = False) -> Rows:
    """The rows whose label is one of the source's classes, where it names some.

    Raises:
        DataError: where a class that is needed has no row.
    """
    if source.classes is None or loss.target_kind != "classes":
        return rows
    return class_labels.keep_classes(rows, source.classes, all_needed=all_needed)


def class_names(rows: Rows, source: Source, loss: Loss) -> tuple[str, ...] | None:
    """The labels in order: as the source says, or all that are there; None where the targets are no class labels.

    Raises:
        DataError: where the targets are no labels.
    """
    if loss.target_kind != "classes":
        return None
    return source.classes or class_labels.all_classes(rows)


def fit(parts: Parts, data: Data, layers: Sequence[Any]) -> Preprocessing:
    """The preprocessing, fitted to the training rows.

    Args:
        parts: the rows.
        data: the config's data section.
        layers: what takes the rows, FAILED where one could not be built.

    Raises:
        UserError: where the rows hold what cannot be used.
    """
    rows = parts.readable("train")
    return Preprocessing.fit(
        rows,
        target_kind=parts.loss.target_kind,
        classes=parts.classes,
        input_scaler=cast("Scaler", data.scale_inputs),
        target_scaler=cast("Scaler", data.scale_targets),
        rules=getattr(data.train, "column_rules", DEFAULT_RULES),
        channel=takes_channel(layers, rows.row_shape),
    )


def _drawn(
    wanted: Fraction, name: str, train: Rows, remaining: Array, seed: int, data: Data, loss: Loss
) -> tuple[Array, Array]:
    """(held out, left) of the rows that remain."""
    count = round(wanted.fraction * len(train))
    if train.groups is not None:
        for key in ("stratify", "split"):
            if getattr(wanted, key) not in (False, "random"):
                raise DataError(f"{key} and data.train.groups do not go together; drop one of the two", key=key)
        return grouped_split(remaining, count, seed, name, train.groups.take(remaining))
    if wanted.split == "tail":
        return tail_split(remaining, count, name)
    if wanted.stratify:
        return stratified_split(remaining, count, seed, name, _strata(train, loss).take(remaining))
    return random_split(remaining, count, seed, name)


def _check_groups(source: Source, rows: Rows) -> None:
    """Groups by which to split have to be there; other sources may lack them."""
    wanted = getattr(source, "groups", None)
    if wanted is None or rows.groups is not None:
        return
    columns = rows.all_columns
    what = f"column {wanted!r}{suggestion(wanted, columns)}" if columns else f"array {wanted!r} of groups"
    raise DataError(f"{rows.name}: no {what}", key="groups")


def _strata(rows: Rows, loss: Loss) -> TextColumn:
    if loss.target_kind == "labels":
        raise DataError("stratify wants one class label a row, but this loss learns several labels", key="stratify")
    if loss.target_kind != "classes":
        raise DataError("stratify wants class labels, but this loss learns numbers", key="stratify")
    return class_labels.text_labels(rows)
