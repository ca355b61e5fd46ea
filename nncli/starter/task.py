"""What the data are: how many rows of what shape, and whether classes or numbers are to be learnt."""

from __future__ import annotations

import math
from dataclasses import dataclass, field, replace
from typing import Any, Literal, TypeAlias

import numpy as np

from nncli.core.errors import DataError
from nncli.core.types import Array, Shape
from nncli.data.labels import as_text, class_order
from nncli.data.rows import Rows, Unread
from nncli.data.source import SAMPLE, Source
from nncli.data.tables.table import Table, parse_numbers, with_blanks
from nncli.data.tables.texts import Texts, encoded
from nncli.starter.columns import codes_among, left_out, texts_for_blank

Kind: TypeAlias = Literal["classes", "numbers"]
MOST_CLASSES = 20  # different whole numbers that are still taken for classes
ROWS_A_CLASS = 5  # on average, at least, where classes are whole numbers


@dataclass(frozen=True)
class Task:
    """What there is to learn.

    Args:
        source: the source as a mapping for the config.
        kind: whether the targets are classes or numbers.
        rows: how many there are.
        input_shape: of one row; for a table, (columns,) before texts become several.
        classes: the labels; empty for numbers.
        smallest_class: how many rows the rarest label has.
        targets: how many numbers there are in one row of targets.
        largest: the largest input, where they are images.
        dropped: the columns that are not learnt from, each with the reason.
        doubtful: whether the targets might as well be the other kind.
        symbols: how many different symbols the inputs are the numbers of; 0 where they are quantities.
    """

    source: dict[str, Any]
    kind: Kind
    rows: int
    input_shape: Shape
    classes: tuple[str, ...] = ()
    smallest_class: int = 0
    targets: int = 1
    largest: float = 0.0
    dropped: dict[str, str] = field(default_factory=dict)
    doubtful: bool = False
    symbols: int = 0

    @property
    def images(self) -> bool:
        """Whether a row is (height, width, channels)."""
        return len(self.input_shape) == 3


def look_at(source: Source, values: dict[str, Any]) -> Task:
    """The task that a labelled source sets.

    Args:
        source: to look at; of a large one only some inputs are read.
        values: the source as a mapping for the config.

    Raises:
        DataError: where it cannot be read, or there is nothing to learn from or to learn.
    """
    glance = source.glance(SAMPLE)
    whole, some = (glance.rows, glance.sample) if glance is not None else (rows := source.read(), rows)
    task = _of_targets(whole, values, only_labels=source.only_labels)
    if isinstance(some.inputs, Table):
        return _of_table(some.inputs, some.origin, task)
    assert not isinstance(some.inputs, Unread)
    shape = some.row_shape if len(some.row_shape) != 2 else (*some.row_shape, 1)
    largest = float(some.inputs[:SAMPLE].max()) if len(shape) == 3 else 0.0
    return replace(task, input_shape=shape, largest=largest, symbols=whole.symbols or 0)


def _of_targets(rows: Rows, values: dict[str, Any], *, only_labels: bool) -> Task:
    targets = rows.targets
    assert targets is not None
    found, doubtful = kind_of(targets)
    kind: Kind = "classes" if only_labels else found
    if kind == "numbers":
        width = 1 if isinstance(targets, Texts) else math.prod(targets.shape[1:])
        return Task(values, kind, len(rows), (), targets=width, doubtful=doubtful)
    labels = as_text(targets)
    classes, counts = class_order(labels.present()), np.bincount(labels.codes)
    if len(classes) == 1:
        raise DataError(f"{rows.name}: all rows have the label {classes[0]!r}; there is nothing to tell apart")
    if len(classes) > len(rows) / 2 and isinstance(targets, Texts):
        numbers, bad = parse_numbers(targets)
        if bad is not None and np.isfinite(numbers).mean() > 1 / 2:
            raise DataError(f"{rows.target_place(bad)}: the target is {targets[bad]!r}, but mostly a number; mend it")
    if len(classes) > len(rows) / 2:
        raise DataError(
            f"{rows.name}: the target {', '.join(rows.target_names)} has {len(classes)} different texts in "
            f"{len(rows)} rows; choose a column with numbers or with labels that come again"
        )
    return Task(
        values, kind, len(rows), (), classes, int(counts[counts > 0].min()), doubtful=doubtful and not only_labels
    )


def kind_of(targets: Array | Texts) -> tuple[Kind, bool]:
    """(what targets are, whether they might as well be the other).

    Text is classes; so are one-hot rows, truth values, and whole numbers of which there are few different ones, or
    whose type has no sign and which come again. All else is numbers.
    """
    if not isinstance(targets, Texts) and targets.dtype.kind in "OUS" and targets.ndim == 1:
        targets = encoded(targets.astype(str).tolist())
    if isinstance(targets, Texts):
        numbers, bad = parse_numbers(targets)
        return ("classes", False) if bad is not None else _of_numbers(numbers, "f")
    if targets.ndim == 2 and targets.shape[1] == 1:
        targets = targets[:, 0]
    if targets.ndim == 2:
        hot = targets.dtype.kind in "biuf" and bool(((targets == 0) | (targets == 1)).all())
        return ("classes" if hot and (targets.sum(axis=1) == 1).all() else "numbers"), False
    if targets.dtype.kind == "b":
        return "classes", False
    return _of_numbers(targets.astype(np.float64), targets.dtype.kind)


def _of_numbers(numbers: Array, stored: str) -> tuple[Kind, bool]:
    different = np.unique(numbers)
    whole = bool((different == np.round(different)).all())
    if stored == "u":  # as labels are stored
        few = 2 * len(different) <= len(numbers)
    else:
        few = len(different) <= MOST_CLASSES and len(different) * ROWS_A_CLASS <= len(numbers)
    classes = whole and few
    return ("classes" if classes else "numbers"), classes and len(different) > 2


def _of_table(table: Table, origin: Array, task: Task) -> Task:
    if blanks := texts_for_blank(table):
        table = with_blanks(table, blanks)
        task = replace(task, source={**task.source, "blanks": list(blanks)})
    dropped = left_out(table, origin)
    kept = [name for name in table.columns if name not in dropped]
    if not kept:
        reasons = "; ".join(f"{name!r}: {reason}" for name, reason in dropped.items())
        raise DataError(f"{table.name}: no column to learn from ({reasons})")
    values = {**task.source, "inputs": kept} if dropped else task.source
    if codes := codes_among(table, kept):
        values = {**values, "categories": codes}
    return replace(task, source=values, input_shape=(len(kept),), dropped=dropped)
