"""Infer the task from a labelled source: its size, and the kinds of its inputs and targets."""

from __future__ import annotations

import math
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from nncli.core.errors import DataError
from nncli.core.types import Array, Shape
from nncli.data.rows import NotLoaded, Rows
from nncli.data.source import PREVIEW_ROWS, Source
from nncli.data.tables.cells import parse_cells
from nncli.data.tables.dataframe import Table, replace_blanks
from nncli.data.tables.text_column import TextColumn
from nncli.data.target_encoding.label_text import class_order, normalize_labels
from nncli.starter.column_selection import blank_texts, code_columns, excluded_columns
from nncli.starter.input_kind import is_sequence, possible_symbols
from nncli.starter.target_kind import TargetKind, infer_target_kind


@dataclass(frozen=True)
class InferredTask:
    """What can be learned from a source, as inferred from its data.

    Args:
        source: the source as a mapping for the config.
        kind: classes, multi_label (several columns of 0 and 1) or numbers.
        rows: number of rows.
        input_shape: shape of one row; for a table, (columns,) before text columns are one-hot encoded.
        classes: the class labels; empty for other kinds.
        smallest_class: number of rows of the rarest class.
        targets: number of targets per row.
        largest: largest input, for images.
        dropped: the columns that are excluded from the inputs, each with the reason.
        uncertain: whether the targets may also be of another kind.
        one_hot: whether classes come from one-hot columns, which may also be multi-label.
        symbols: vocabulary size, if the inputs are codes of symbols; 0 if they are quantities.
        possible_symbols: vocabulary size, if quantities may also be codes of symbols; otherwise 0.
        two_axes: whether a row has two axes, so that it may be a sequence or an image.
    """

    source: dict[str, Any]
    kind: TargetKind
    rows: int
    input_shape: Shape
    classes: tuple[str, ...] = ()
    smallest_class: int = 0
    targets: int = 1
    largest: float = 0.0
    dropped: dict[str, str] = field(default_factory=dict)
    uncertain: bool = False
    one_hot: bool = False
    symbols: int = 0
    possible_symbols: int = 0
    two_axes: bool = False

    @property
    def images(self) -> bool:
        """Whether a row is (height, width, channels)."""
        return len(self.input_shape) == 3

    @property
    def sequences(self) -> bool:
        """Whether a row is (steps, features)."""
        return len(self.input_shape) == 2


def infer_task(source: Source, values: dict[str, Any]) -> InferredTask:
    """Infer the task from a labelled source.

    Args:
        source: the source; only a sample of a large source is read.
        values: the source as a mapping for the config.

    Raises:
        DataError: if the source cannot be read, or has no usable inputs or targets.
    """
    preview = source.preview(PREVIEW_ROWS)
    whole, some = (preview.rows, preview.sample) if preview is not None else (rows := source.read(), rows)
    task = _task_of_targets(whole, values, only_labels=source.only_labels)
    if isinstance(some.inputs, Table):
        return _with_table(some.inputs, some.origin, task)
    assert not isinstance(some.inputs, NotLoaded)
    inputs, shape = some.inputs[:PREVIEW_ROWS], some.row_shape
    is_bytes, two_axes = inputs.dtype == np.uint8, len(shape) == 2
    if two_axes and not is_sequence(inputs):
        shape = (*shape, 1)
    return replace(
        task,
        input_shape=shape,
        largest=float(inputs.max()) if len(shape) == 3 else 0.0,
        symbols=whole.symbols or 0,
        possible_symbols=0 if whole.symbols or len(shape) != 1 else possible_symbols(inputs),
        two_axes=two_axes and not is_bytes,
    )


def _task_of_targets(rows: Rows, values: dict[str, Any], *, only_labels: bool) -> InferredTask:
    """Infer the task from the targets, before the inputs are inspected."""
    targets = rows.targets
    assert targets is not None
    inferred, uncertain = infer_target_kind(targets)
    kind: TargetKind = "classes" if only_labels else inferred
    if kind != "classes":
        width = 1 if isinstance(targets, TextColumn) else math.prod(targets.shape[1:])
        return InferredTask(values, kind, len(rows), (), targets=width, uncertain=uncertain)
    labels = normalize_labels(targets)
    classes, counts = class_order(labels.unique()), np.bincount(labels.codes)
    _check_classes(rows, classes)
    return InferredTask(
        values,
        kind,
        len(rows),
        (),
        classes,
        int(counts[counts > 0].min()),
        uncertain=uncertain and not only_labels,
        one_hot=not isinstance(targets, TextColumn) and targets.ndim == 2 and targets.shape[1] > 1,
    )


def _check_classes(rows: Rows, classes: tuple[str, ...]) -> None:
    """Check that there are several classes, and several rows per class.

    Raises:
        DataError: if there is only one class, or there are fewer than two rows per class on average.
    """
    targets = rows.targets
    if len(classes) == 1:
        raise DataError(f"{rows.name}: all rows have the label {classes[0]!r}; there is nothing to tell apart")
    if len(classes) > len(rows) / 2 and isinstance(targets, TextColumn):
        numbers, bad = parse_cells(targets)
        if bad is not None and np.isfinite(numbers).mean() > 1 / 2:
            raise DataError(
                f"{rows.target_place(bad)}: the target is {targets[bad]!r}, but usually a number; correct it"
            )
    if len(classes) > len(rows) / 2:
        raise DataError(
            f"{rows.name}: the target {', '.join(rows.target_names)} has {len(classes)} different texts in "
            f"{len(rows)} rows; choose a column with numbers or with labels that occur several times"
        )


def _with_table(table: Table, row_numbers: Array, task: InferredTask) -> InferredTask:
    """Return the task with the columns of a table that a network can learn from."""
    if blanks := blank_texts(table):
        table = replace_blanks(table, blanks)
        task = replace(task, source={**task.source, "blanks": list(blanks)})
    dropped = excluded_columns(table, row_numbers)
    kept = [name for name in table.columns if name not in dropped]
    if not kept:
        reasons = "; ".join(f"{name!r}: {reason}" for name, reason in dropped.items())
        raise DataError(f"{table.name}: no column to learn from ({reasons})")
    values = {**task.source, "inputs": kept} if dropped else task.source
    if codes := code_columns(table, kept):
        values = {**values, "categories": codes}
    return replace(task, source=values, input_shape=(len(kept),), dropped=dropped)
