"""Preprocessing that is fitted once to the training rows, stored with the model and applied to all rows."""

from __future__ import annotations

from dataclasses import dataclass, replace

from nncli.core.errors import ShapeError
from nncli.core.task import Task
from nncli.core.types import Array, FloatDType
from nncli.data.column_encoding.column_rules import DEFAULT_RULES, ColumnRules
from nncli.data.column_encoding.fit_encoders import fit_encoders
from nncli.data.preprocessing.data_notes import constant_columns_note, extra_columns_note, zero_padded_note
from nncli.data.preprocessing.fit_scaling import fit_scaling, positions_by_name
from nncli.data.preprocessing.network_inputs import NetworkInputs, RawInputs, RowCheck
from nncli.data.preprocessing.raw_inputs import encode_table, reshape_array, stack_table
from nncli.data.preprocessing.stored_preprocessing import StoredPreprocessing
from nncli.data.rows import Rows
from nncli.data.scaler import Scaler
from nncli.data.tables.dataframe import Table
from nncli.data.target_encoding import class_labels
from nncli.data.target_encoding.multi_label import label_columns
from nncli.data.target_encoding.numeric_targets import numeric_targets


@dataclass
class Preprocessing(StoredPreprocessing):
    """Converts raw rows to a network's inputs and targets, and its outputs back to original units."""

    @classmethod
    def fit(
        cls,
        rows: Rows,
        *,
        task: Task,
        input_scaler: Scaler,
        target_scaler: Scaler,
        rules: ColumnRules = DEFAULT_RULES,
        channel: bool = True,
    ) -> Preprocessing:
        """Fit encoders and scalings to the training rows.

        Args:
            rows: the training rows only.
            task: the task, as far as it is known before all targets are read.
            input_scaler: scaler of the inputs.
            target_scaler: scaler of the targets, used only for regression.
            rules: options for encoding a table's columns.
            channel: whether rows with two axes are images and get a channel axis; False for sequences, which do not.

        Raises:
            DataError: if the rows hold values that cannot be used.
        """
        columns = fit_encoders(rows.inputs, rules) if isinstance(rows.inputs, Table) else ()
        features = tuple(name for column in columns for name in column.features) or rows.feature_names
        shape = (len(features or ()),) if columns else rows.row_shape
        shape = (*shape, 1) if channel and len(shape) == 2 else shape
        fitted = cls(input_shape=shape, columns=columns, feature_names=features)
        fitted.task = replace(task, target_names=rows.target_names)
        raw = fitted._raw_inputs(rows)
        fitted.notes.clear()  # the same notes are written again when the training rows are prepared
        fitted.input_scaling = fit_scaling(input_scaler, raw, positions_by_name(columns, features), "scale_inputs")
        fitted.notes += constant_columns_note(raw, fitted.feature_names) + zero_padded_note(rows, columns)
        if task.is_multi_label:
            fitted.task = replace(fitted.task, target_shape=label_columns(rows).shape[1:])
        elif task.is_regression:
            targets = numeric_targets(rows)
            fitted.task = replace(fitted.task, target_shape=targets.shape[1:])
            scaling = fit_scaling(target_scaler, targets, positions_by_name((), rows.target_names), "scale_targets")
            fitted.target_scaling = None if scaling is None else scaling.lossless()
        return fitted

    def inputs(self, rows: Rows, dtype: FloatDType, check: RowCheck | None = None) -> Array:
        """Return the network's inputs for these rows: (n, *input_shape).

        Args:
            rows: the rows to prepare.
            dtype: dtype of the network.
            check: returns the first row that the network does not accept, and why; None if it accepts all rows.

        Raises:
            DataError: if a column is missing, or a cell or a row cannot be used.
            ShapeError: if the rows have another shape than in training.
        """
        return self.lazy_inputs(rows, dtype, check)[:]

    def lazy_inputs(self, rows: Rows, dtype: FloatDType, check: RowCheck | None = None) -> NetworkInputs:
        """Like `inputs`, but return an object that computes and checks rows only when they are indexed.

        Raises:
            DataError: if a column is missing or a cell cannot be used.
            ShapeError: if the rows have another shape than in training.
        """
        return NetworkInputs(self._raw_inputs(rows), self.input_scaling, dtype, rows.place, check)

    def targets(self, rows: Rows) -> Array:
        """Return class indices (n,), or multi-label targets or scaled numbers (n, *target_shape) in float64.

        Raises:
            DataError: if a label is unknown or a target is not a number.
        """
        task = self.task
        if task.classes is not None:
            return class_labels.encode(rows, task.classes)
        targets = label_columns(rows) if task.is_multi_label else numeric_targets(rows)
        if targets.shape[1:] != task.target_shape:
            if task.is_multi_label:
                wanted = f"{task.target_shape[0]} labels per row ({', '.join(task.target_names)})"
                raise ShapeError(f"expected {wanted}; got {targets.shape[1]}")
            raise ShapeError(f"expected targets of the shape {task.target_shape}; got {targets.shape[1:]}")
        return targets if self.target_scaling is None else self.target_scaling.apply(targets)

    def original_targets(self, values: Array) -> Array:
        """Return scaled targets or predictions in original units."""
        if self.target_scaling is None:
            return values
        return self.target_scaling.undo(values.reshape(-1, *self.task.target_shape)).reshape(values.shape)

    def _raw_inputs(self, rows: Rows) -> RawInputs:
        table = rows.inputs
        if not isinstance(table, Table):
            return reshape_array(rows, self.input_shape)
        used = {*(column.name for column in self.columns), *(self.feature_names or ()), *self.task.target_names}
        if self.columns:
            self.notes += extra_columns_note(table, used)
            return encode_table(table, self.columns, self.notes)
        names = list(table.columns)
        if self.feature_names is not None and set(self.feature_names) <= set(names):
            names = list(self.feature_names)
            self.notes += extra_columns_note(table, used)
        return stack_table(table, names, self.input_shape)
