"""Reading a config's sources and drawing what is held out."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass, field
from typing import Any, cast

import numpy as np

from nncli.config.spec import Data, Fraction
from nncli.core.errors import DataError, Path, Problem, UserError
from nncli.core.types import Array
from nncli.data import labels
from nncli.data.preprocessing import Preprocessing
from nncli.data.rows import Rows
from nncli.data.scalers import Scaler
from nncli.data.source import Source
from nncli.data.sources.table import Constant
from nncli.data.splits import split
from nncli.nn.loss import Loss


@dataclass
class Parts:
    """The rows of a run by what they are for.

    Args:
        train: the training rows.
        validation: measured after every epoch, or None.
        test: measured once at the end, or None.
        classes: all labels of the train source before splitting, in order; None for regression.
        notes: what the user should know.
        files: the data files that were read.
    """

    train: Rows
    validation: Rows | None = None
    test: Rows | None = None
    classes: tuple[str, ...] | None = None
    notes: list[str] = field(default_factory=list)
    files: tuple[str, ...] = ()


class SourceError(Exception):
    """A data error together with the source of the config that it belongs to."""

    def __init__(self, name: str, error: UserError) -> None:
        super().__init__(str(error))
        self.name = name
        self.error = error

    def problem(self, data: Data) -> Problem:
        """As a problem of the config, at the key of the source that is at fault."""
        path: Path = ("data", self.name)
        key, file = getattr(self.error, "key", None), getattr(self.error, "file", None)
        source = getattr(data, self.name)
        if key is None and file is not None and isinstance(source, Source):
            names = [item.name for item in dataclasses.fields(source)]
            key = next((name for name in names if getattr(source, name) == file), None)
        return Problem((*path, key) if key else path, str(self.error))


def read_parts(data: Data, loss: Loss, seed: int) -> Parts:
    """The rows of the sources; fractions are shares of all rows of train, test drawn first.

    Raises:
        SourceError: where a source cannot be read, or a share leaves no row.
    """
    rows = read_source(data, "train", loss)
    held: dict[str, Rows | None] = {"test": None, "validation": None}
    files, notes = list(rows.files), _left_out(rows, "train")
    classes = class_names(rows, cast("Source", data.train), loss)
    remaining = np.arange(len(rows))
    for name in held:
        wanted = getattr(data, name)
        if isinstance(wanted, Source):
            given = held[name] = read_source(data, name, loss)
            files += given.files
            notes += _left_out(given, name)
        elif isinstance(wanted, Fraction):
            try:
                strata = _strata(rows, loss)[remaining] if wanted.stratify else None
                drawn, remaining = split(remaining, round(wanted.fraction * len(rows)), seed, name, strata)
            except DataError as error:
                raise SourceError(name, error) from None
            held[name] = rows.take(drawn)
    train = rows.take(remaining) if len(remaining) < len(rows) else rows
    return Parts(train, held["validation"], held["test"], classes, notes, tuple(dict.fromkeys(files)))


def read_source(data: Data, name: str, loss: Loss) -> Rows:
    """The rows of one of the config's sources, only those of its classes.

    Raises:
        SourceError: where it cannot be read.
    """
    source = getattr(data, name)
    try:
        return chosen(source, source.read(), loss)
    except UserError as error:
        raise SourceError(name, error) from None


def chosen(source: Source, rows: Rows, loss: Loss) -> Rows:
    """The rows whose label is one of the source's classes, where it names some."""
    if source.classes is None or loss.target_kind != "classes":
        return rows
    return labels.keep_classes(rows, source.classes)


def class_names(rows: Rows, source: Source, loss: Loss) -> tuple[str, ...] | None:
    """The labels in order: as the source says, or all that are there; None for regression.

    Raises:
        SourceError: where the targets are no labels.
    """
    if loss.target_kind != "classes":
        return None
    try:
        return source.classes or labels.class_order(labels.text_labels(rows))
    except DataError as error:
        raise SourceError("train", error) from None


def fit(parts: Parts, data: Data, loss: Loss) -> Preprocessing:
    """The preprocessing, fitted to the training rows.

    Raises:
        SourceError: where the rows hold what cannot be used.
    """
    missing: Any = getattr(data.train, "missing", "median")
    try:
        return Preprocessing.fit(
            parts.train,
            target_kind=loss.target_kind,
            classes=parts.classes,
            input_scaler=cast("Scaler", data.scale_inputs),
            target_scaler=cast("Scaler", data.scale_targets),
            missing=missing.constant if isinstance(missing, Constant) else missing,
        )
    except UserError as error:
        raise SourceError("train", error) from None


def _strata(rows: Rows, loss: Loss) -> Array:
    if loss.target_kind != "classes":
        raise DataError("stratify wants class labels, but this loss learns numbers", key="stratify")
    return np.unique(labels.text_labels(rows).astype(str), return_inverse=True)[1]


def _left_out(rows: Rows, name: str) -> list[str]:
    if not rows.left_out:
        return []
    return [f"data.{name}: {rows.left_out} rows left out, whose label is not in classes"]
