"""What the data are: how many rows of what shape, and whether classes, labels or numbers are to be learnt."""

from __future__ import annotations

import math
from dataclasses import dataclass, field, replace
from typing import Any, Literal, TypeAlias

import numpy as np

from nncli.core.errors import DataError
from nncli.core.types import Array, Shape
from nncli.data.label_columns import TRUTHS
from nncli.data.labels import as_text, class_order, is_one_hot
from nncli.data.rows import Rows, Unread
from nncli.data.source import SAMPLE, Source
from nncli.data.tables.numbers import number_of
from nncli.data.tables.table import Table, parse_numbers, with_blanks
from nncli.data.tables.texts import Texts, encoded
from nncli.starter.columns import codes_among, left_out, texts_for_blank

Kind: TypeAlias = Literal["classes", "labels", "numbers"]
MOST_CLASSES = 20  # different whole numbers that are still taken for classes
ROWS_A_CLASS = 5  # on average, at least, where classes are whole numbers
MOST_FEATURES = 16  # of a sequence whose numbers might be an image's
MOST_SYMBOLS = 10_000  # different ones in inputs that might be the numbers of words


@dataclass(frozen=True)
class Task:
    """What there is to learn.

    Args:
        source: the source as a mapping for the config.
        kind: whether the targets are classes, several labels a row, each 0 or 1, or numbers.
        rows: how many there are.
        input_shape: of one row; for a table, (columns,) before texts become several.
        classes: the labels; empty for numbers.
        smallest_class: how many rows the rarest label has.
        targets: how many numbers or labels there are in one row of targets.
        largest: the largest input, where they are images.
        dropped: the columns that are not learnt from, each with the reason.
        doubtful: whether the targets might as well be the other kind.
        one_hot: whether the classes are told by the columns of targets, which might as well be labels.
        symbols: how many different symbols the inputs are the numbers of; 0 where they are quantities.
        perhaps_symbols: how many there would be, where quantities might as well be the numbers of symbols.
        two_axes: whether a row has two axes, so that it is taken for a sequence or for an image by its look.
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
    one_hot: bool = False
    symbols: int = 0
    perhaps_symbols: int = 0
    two_axes: bool = False

    @property
    def images(self) -> bool:
        """Whether a row is (height, width, channels)."""
        return len(self.input_shape) == 3

    @property
    def sequences(self) -> bool:
        """Whether a row is (steps, features)."""
        return len(self.input_shape) == 2


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
    inputs, shape = some.inputs[:SAMPLE], some.row_shape
    bytes_alone, two_axes = inputs.dtype == np.uint8, len(shape) == 2
    if two_axes and not is_sequence(inputs):
        shape = (*shape, 1)
    return replace(
        task,
        input_shape=shape,
        largest=float(inputs.max()) if len(shape) == 3 else 0.0,
        symbols=whole.symbols or 0,
        perhaps_symbols=0 if whole.symbols or len(shape) != 1 else symbols_in(inputs),
        two_axes=two_axes and not bytes_alone,
    )


def is_sequence(inputs: Array) -> bool:
    """Whether rows of two axes look like sequences (steps, features) rather than like images of one channel.

    Bytes are images, and so are squares; all else is a sequence where one of the sides is at most MOST_FEATURES, or
    where there are numbers below 0, which brightness has not.

    Shape: (n, steps, features) or (n, height, width)
    """
    height, width = inputs.shape[1:]
    if inputs.dtype == np.uint8 or height == width:
        return False
    return bool(min(height, width) <= MOST_FEATURES or inputs.min() < 0)


def symbols_in(inputs: Array) -> int:
    """How many symbols (n, columns) would be the numbers of: 0 where they cannot be, or are only 0 and 1."""
    low, high = inputs.min(), inputs.max()
    whole = inputs.shape[1] > 1 and low >= 0 and 1 < high < MOST_SYMBOLS and bool((inputs == np.round(inputs)).all())
    return int(high) + 1 if whole else 0


def _of_targets(rows: Rows, values: dict[str, Any], *, only_labels: bool) -> Task:
    targets = rows.targets
    assert targets is not None
    found, doubtful = kind_of(targets)
    kind: Kind = "classes" if only_labels else found
    if kind != "classes":
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
        values,
        kind,
        len(rows),
        (),
        classes,
        int(counts[counts > 0].min()),
        doubtful=doubtful and not only_labels,
        one_hot=not isinstance(targets, Texts) and targets.ndim == 2 and targets.shape[1] > 1,
    )


def kind_of(targets: Array | Texts) -> tuple[Kind, bool]:
    """(what targets are, whether they might as well be the other).

    Text is classes; so are one-hot rows, truth values, and whole numbers of which there are few different ones, or
    whose type has no sign and which come again. Several columns of 0 and 1 that are not one-hot, or of false and true,
    are labels. All else is numbers.
    """
    if not isinstance(targets, Texts) and targets.dtype.kind in "OUS" and targets.ndim == 1:
        targets = encoded(targets.astype(str).tolist())
    if isinstance(targets, Texts):
        numbers, bad = parse_numbers(targets)
        return ("classes", False) if bad is not None else _of_numbers(numbers, "f")
    if targets.ndim == 2 and targets.shape[1] == 1:
        targets = targets[:, 0]
    if targets.ndim == 2:
        return _of_columns(targets), False
    if targets.ndim > 2:
        return "numbers", False
    if targets.dtype.kind == "b":
        return "classes", False
    return _of_numbers(targets.astype(np.float64), targets.dtype.kind)


def _of_columns(targets: Array) -> Kind:
    """What several columns of targets are."""
    if targets.dtype.kind not in "biuf":
        texts = {str(text).lower() for text in np.unique(targets.astype(str))}
        truths = bool(texts & set(TRUTHS)) and all(text in TRUTHS or number_of(text) in (0, 1) for text in texts)
        return "labels" if truths else "numbers"
    if is_one_hot(targets):
        return "classes"
    low, high = targets.min(), targets.max()
    return "labels" if (low, high) == (0, 1) and bool(((targets == 0) | (targets == 1)).all()) else "numbers"


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
