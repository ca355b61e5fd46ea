"""Everything between raw rows and what the network sees, fitted once and stored with the model."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from typing import Any

import numpy as np

from nncli.core.errors import DataError, ShapeError
from nncli.core.task import Task, TaskKind
from nncli.core.types import Array, FloatDType, Shape
from nncli.data import labels
from nncli.data.columns import USUAL, Column, ColumnRules, fit_columns, from_state
from nncli.data.inputs import Check, Encoded, NetworkInputs, Raw
from nncli.data.label_columns import label_columns
from nncli.data.mapped import Mapped
from nncli.data.rows import Rows, Unread
from nncli.data.scaler import Scaler
from nncli.data.scaling import Scaling, restore_scaling, scaling_state
from nncli.data.slices import Sliced, slices
from nncli.data.tables.header import no_columns
from nncli.data.tables.table import Table, parse_numbers
from nncli.data.tables.texts import Texts, encoded


@dataclass
class Preprocessing:
    """Turns raw rows into inputs and targets of a network, and its outputs back.

    Args:
        input_shape: of one row as the network gets it.
        columns: how a table's columns become numbers; empty for arrays and images.
        feature_names: a name for every column the network gets, where there are names.
        input_scaling: of the inputs, or None.
        task: what is learnt.
        target_scaling: of the targets, or None.
        class_weights: how much the rows of every class count in the loss; None for 1 each.
        notes: what was noticed while fitting and applying, such as filled blanks.
    """

    input_shape: Shape
    columns: tuple[Column, ...] = ()
    feature_names: tuple[str, ...] | None = None
    input_scaling: Scaling | None = None
    task: Task = field(default_factory=lambda: Task("numbers"))
    target_scaling: Scaling | None = None
    class_weights: tuple[float, ...] | None = None
    notes: list[str] = field(default_factory=list, compare=False)

    @classmethod
    def fit(
        cls,
        rows: Rows,
        *,
        task: Task,
        input_scaler: Scaler,
        target_scaler: Scaler,
        rules: ColumnRules = USUAL,
        channel: bool = True,
    ) -> Preprocessing:
        """Fits to training rows.

        Args:
            rows: the training rows, and no others.
            task: what is learnt, as far as it is known without looking at all targets.
            input_scaler: of the inputs.
            target_scaler: of the targets, for numbers.
            rules: what becomes of the columns of a table.
            channel: whether rows of two axes are images, which get one channel; sequences are left as they are.

        Raises:
            DataError: where the rows hold what cannot be used.
        """
        columns = fit_columns(rows.inputs, rules) if isinstance(rows.inputs, Table) else ()
        features = tuple(name for column in columns for name in column.features) or rows.feature_names
        shape = (len(features or ()),) if columns else rows.row_shape
        shape = (*shape, 1) if channel and len(shape) == 2 else shape
        fitted = cls(input_shape=shape, columns=columns, feature_names=features)
        raw = fitted._raw_inputs(rows)
        fitted.notes.clear()  # what is noted of rows is noted where they are treated, too
        fitted.input_scaling = _fit_scaling(input_scaler, raw, _positions(columns, features), "scale_inputs")
        fitted._note_constant_columns(raw)
        fitted._note_codes(rows)
        fitted.task = replace(task, target_names=rows.target_names)
        if task.is_multi_label:
            fitted.task = replace(fitted.task, target_shape=label_columns(rows).shape[1:])
        elif task.is_regression:
            targets = raw_targets(rows)
            fitted.task = replace(fitted.task, target_shape=targets.shape[1:])
            named = _positions((), rows.target_names)
            scaling = _fit_scaling(target_scaler, targets, named, "scale_targets")
            fitted.target_scaling = None if scaling is None else scaling.lossless()
        return fitted

    def inputs(self, rows: Rows, dtype: FloatDType, check: Check | None = None) -> Array:
        """What the network gets for these rows: (n, *input_shape).

        Args:
            rows: to be treated.
            dtype: of the network.
            check: finds a row that the network cannot take.

        Raises:
            DataError: where a column is missing, or a cell or a row cannot be used.
            ShapeError: where the rows have another shape than in training.
        """
        return self.inputs_on_demand(rows, dtype, check)[:]

    def inputs_on_demand(self, rows: Rows, dtype: FloatDType, check: Check | None = None) -> NetworkInputs:
        """The same, made and checked when some of them are asked for.

        Raises:
            DataError: where a column is missing or a cell cannot be used.
            ShapeError: where the rows have another shape than in training.
        """
        return NetworkInputs(self._raw_inputs(rows), self.input_scaling, dtype, rows.place, check)

    def targets(self, rows: Rows) -> Array:
        """Class numbers (n,); or several labels of 0 and 1, or scaled numbers, (n, *target_shape) in float64.

        Raises:
            DataError: where a label is unknown or a target is no number.
        """
        task = self.task
        if task.classes is not None:
            return labels.encode(rows, task.classes)
        targets = label_columns(rows) if task.is_multi_label else raw_targets(rows)
        if targets.shape[1:] != task.target_shape:
            if task.is_multi_label:
                wanted = f"{task.target_shape[0]} labels a row ({', '.join(task.target_names)})"
                raise ShapeError(f"expected {wanted}; got {targets.shape[1]}")
            raise ShapeError(f"expected targets of the shape {task.target_shape}; got {targets.shape[1:]}")
        return targets if self.target_scaling is None else self.target_scaling.apply(targets)

    def original_targets(self, values: Array) -> Array:
        """Scaled targets or predictions in original units."""
        if self.target_scaling is None:
            return values
        return self.target_scaling.undo(values.reshape(-1, *self.task.target_shape)).reshape(values.shape)

    def state(self) -> dict[str, Any]:
        """Plain values from which `restore` makes the same preprocessing; floats keep every bit in JSON."""
        return {
            "input_shape": list(self.input_shape),
            "columns": [asdict(column) for column in self.columns],
            "feature_names": None if self.feature_names is None else list(self.feature_names),
            "input_scaling": scaling_state(self.input_scaling),
            "classes": None if self.task.classes is None else list(self.task.classes),
            "several_labels": self.task.is_multi_label,
            "target_names": list(self.task.target_names),
            "target_shape": list(self.task.target_shape),
            "target_scaling": scaling_state(self.target_scaling),
            "class_weights": None if self.class_weights is None else list(self.class_weights),
        }

    @classmethod
    def restore(cls, state: Mapping[str, Any], learns: TaskKind = "numbers") -> Preprocessing:
        """From stored values.

        Args:
            state: as `state` gave it.
            learns: what the loss learns, where the targets are numbers: numbers or counts.

        Raises:
            ValueError: where these are no preprocessing; `check` tells whether they fit a model.
        """
        names = (*(state["feature_names"] or ()), *state["target_names"], *(state["classes"] or ()))
        if not all(isinstance(name, str) for name in names):
            raise ValueError(f"names of features, targets and classes; got {names}")
        "".join(names).encode()  # a ValueError where one is no text
        shapes = [*state["input_shape"], *state["target_shape"]]
        if not all(type(size) is int and size > 0 for size in shapes) or not state["input_shape"]:
            raise ValueError(f"shapes of positive whole numbers; got {shapes}")
        several_labels = state.get("several_labels", False)
        if not isinstance(several_labels, bool):
            raise ValueError(f"several_labels is {several_labels!r}")
        if several_labels and state["classes"] is not None:
            raise ValueError("several_labels of the preprocessing do not fit its classes")
        return cls(
            input_shape=tuple(state["input_shape"]),
            columns=tuple(from_state(column) for column in state["columns"]),
            feature_names=None if state["feature_names"] is None else tuple(state["feature_names"]),
            input_scaling=restore_scaling(state["input_scaling"]),
            task=_task(state, several_labels, learns),
            target_scaling=restore_scaling(state["target_scaling"]),
            class_weights=None if state.get("class_weights") is None else tuple(state["class_weights"]),
        )

    def check(self, output_shape: Shape) -> None:
        """Whether what was restored is of one piece with a network.

        Args:
            output_shape: of one row of the network's outputs.

        Raises:
            ValueError: naming what does not fit.
        """
        units = math.prod(output_shape)
        features = sum(len(column.features) for column in self.columns)
        classes, weights = self.task.classes, self.class_weights
        labels_fit = classes is None or len(classes) == max(2, units)
        weights_fit = weights is None or (
            classes is not None
            and len(weights) == len(classes)
            and all(isinstance(weight, float) and weight > 0 for weight in weights)
        )
        targets_fit = classes is not None or math.prod(self.task.target_shape) == units
        fits = {
            "columns": not self.columns or self.input_shape == (features,),
            "feature_names": self.feature_names is None or len(self.feature_names) == self.input_shape[-1],
            "input_scaling": self.input_scaling is None or self.input_scaling.fits(self.input_shape[-1]),
            "classes": labels_fit,
            "class_weights": weights_fit,
            "several_labels": not self.task.is_multi_label or (classes is None and self.target_scaling is None),
            "target_shape": targets_fit,
            "target_scaling": self.target_scaling is None or self.target_scaling.fits(self.task.target_shape[-1]),
        }
        if wrong := [name for name, right in fits.items() if not right]:
            raise ValueError(f"{', '.join(wrong)} of the preprocessing do not fit the model")

    def _raw_inputs(self, rows: Rows) -> Raw:
        x = rows.inputs
        if isinstance(x, Table):
            return self._encoded(x)
        assert not isinstance(x, Unread)
        if x.shape[1:] == (*self.input_shape, 1) or (*x.shape[1:], 1) == self.input_shape:
            x = x.with_shape(self.input_shape) if isinstance(x, Mapped) else x.reshape(len(x), *self.input_shape)
        if x.shape[1:] != self.input_shape:
            raise ShapeError(
                f"{rows.name}: the model takes rows of the shape {self.input_shape}; got {x.shape[1:]}"
                f"{_image_hint(rows, self.input_shape)}"
            )
        return x

    def _encoded(self, table: Table) -> Raw:
        if self.columns:
            missing = [column.name for column in self.columns if column.name not in table.columns]
            if missing:
                wanted = [column.name for column in self.columns]
                raise DataError(f"{table.name}: {no_columns(missing, list(table.columns), wanted)}")
            self._note_extra_columns(table)
            encoders = [column.bind(table, self.notes) for column in self.columns]
            return Encoded(encoders, len(table), sum(len(column.features) for column in self.columns))
        names = list(table.columns)
        if self.feature_names is not None and set(self.feature_names) <= set(names):
            names = list(self.feature_names)
            self._note_extra_columns(table)
        if math.prod(self.input_shape) != len(names):
            raise ShapeError(
                f"{table.name}: the model takes rows of the shape {self.input_shape}; got {len(names)} columns"
            )
        columns = [_whole_column(table, name) for name in names]
        return np.stack(columns, axis=1).reshape(len(table), *self.input_shape)

    def _note_extra_columns(self, table: Table) -> None:
        known = {column.name for column in self.columns} | set(self.feature_names or ()) | set(self.task.target_names)
        if extra := [name for name in table.columns if name not in known]:
            self.notes.append(f"columns not used in training are ignored: {', '.join(extra)}")

    def _note_codes(self, rows: Rows) -> None:
        padded = rows.inputs.padded if isinstance(rows.inputs, Table) else ()
        codes = [column.name for column in self.columns if column.kind == "number" and column.name in padded]
        if codes:
            what = "hold numbers such as 007 and are taken as numbers; where they are codes"
            self.notes.append(f"columns {', '.join(codes)} {what}, write categories: [{', '.join(codes)}]")

    def _note_constant_columns(self, raw: Raw) -> None:
        if len(raw.shape) != 2 or self.feature_names is None or not len(raw):
            return
        first, constant = raw[0:1], np.ones(raw.shape[1], bool)
        for part in slices(raw):
            constant &= (part == first).all(axis=0)
        if constant.any():
            names = ", ".join(np.array(self.feature_names)[constant])
            self.notes.append(f"columns with one value in all training rows: {names}")


def _task(state: Mapping[str, Any], multi_label: bool, learns: TaskKind) -> Task:
    """The task of a stored preprocessing."""
    classes = None if state["classes"] is None else tuple(state["classes"])
    numbers: TaskKind = "counts" if learns == "counts" else "numbers"
    kind: TaskKind = "classes" if classes is not None else "multi_label" if multi_label else numbers
    return Task(kind, classes, tuple(state["target_names"]), tuple(state["target_shape"]))


def raw_targets(rows: Rows) -> Array:
    """Targets as float64: (n, targets).

    Raises:
        DataError: naming the place of the first target that is no finite number.
    """
    assert rows.targets is not None
    targets = rows.targets
    if isinstance(targets, Texts) or targets.dtype.kind in "OUS":
        targets = _parsed_targets(rows, targets)
    if targets.ndim == 1:
        targets = targets[:, np.newaxis]
    numbers = targets.astype(np.float64)
    finite = np.isfinite(numbers)
    if not finite.all():
        row, *rest = (int(index) for index in np.argwhere(~finite)[0])
        column = rest[0] if targets.ndim == 2 and targets.shape[1] > 1 else None
        raise DataError(
            f"{rows.target_place(row, column)}: target: expected a finite number; got {numbers[row, *rest]}"
        )
    return numbers


def _parsed_targets(rows: Rows, targets: Array | Texts) -> Array:
    """Targets that were read as text: (n, targets)."""
    if isinstance(targets, Texts):
        columns = [targets]
    else:
        texts = targets.astype(str).reshape(len(targets), -1)
        columns = [encoded(texts[:, index].tolist()) for index in range(texts.shape[1])]
    parsed = []
    for index, column in enumerate(columns):
        values, bad = parse_numbers(column)
        if bad is not None:
            name = rows.target_names[min(index, len(rows.target_names) - 1)]
            raise DataError(
                f"{rows.target_place(bad)}: target {name!r}: expected a number; got {column[bad]!r}; "
                "for class labels use the loss cross_entropy or binary_cross_entropy"
            )
        parsed.append(values)
    return np.stack(parsed, axis=1)


def _image_hint(rows: Rows, shape: Shape) -> str:
    """How images become what the model takes, where they are images."""
    given = rows.row_shape
    if rows.row_names is None or len(given) != 3 or len(shape) != 3:
        return ""
    parts = [f"resize: [{shape[0]}, {shape[1]}]"] if given[:2] != shape[:2] else []
    parts += [f"mode: {'grey' if shape[2] == 1 else 'rgb'}"] if given[2] != shape[2] else []
    return f" (height, width, channels); convert them: '{{path: {rows.name}, {', '.join(parts)}}}'"


def _whole_column(table: Table, name: str) -> Array:
    values = table.numbers(name)
    if np.isnan(values).any():
        raise DataError(f"{table.place(int(np.isnan(values).argmax()))}: column {name!r} is blank")
    return values


def _positions(columns: tuple[Column, ...], features: tuple[str, ...] | None) -> dict[str, list[int]]:
    """Which features every name stands for: a table's column for all of its own."""
    named: dict[str, list[int]] = {}
    start = 0
    for column in columns:
        named[column.name] = list(range(start, start + len(column.features)))
        start += len(column.features)
    for index, name in enumerate(features or ()):
        named.setdefault(name, [index])
    return named


def _fit_scaling(scaler: Scaler, x: Sliced, names: dict[str, list[int]], key: str) -> Scaling | None:
    """The scaling for these rows; columns without names go by their numbers.

    Raises:
        DataError: with the path of what is wrong in the scaler.
    """
    if {position for positions in names.values() for position in positions} != set(range(x.shape[-1])):
        names = {str(index): [index] for index in range(x.shape[-1])}
    try:
        with np.errstate(all="ignore"):  # what is not finite then is told of the row that it is in
            return scaler.fit_named(x, names)
    except DataError as error:
        error.path = (key, *error.path)
        raise
