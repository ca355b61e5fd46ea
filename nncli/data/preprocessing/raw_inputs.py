"""Convert rows to the network's input shape: encode tables, and reshape arrays."""

from __future__ import annotations

import math

import numpy as np

from nncli.core.errors import DataError, ShapeError
from nncli.core.types import Array, Shape
from nncli.data.arrays.memory_mapped import MemoryMapped
from nncli.data.column_encoding.column_encoder import ColumnEncoder
from nncli.data.column_encoding.encoded_table import EncodedTable
from nncli.data.preprocessing.network_inputs import RawInputs
from nncli.data.rows import NotLoaded, Rows
from nncli.data.tables.dataframe import Table
from nncli.data.tables.missing_columns import missing_columns_message


def encode_table(table: Table, columns: tuple[ColumnEncoder, ...], notes: list[str]) -> EncodedTable:
    """Return a table's columns as numbers.

    Args:
        table: the table; it may have other columns, too.
        columns: encoders of the columns.
        notes: receives notes for the user.

    Raises:
        DataError: if a column is missing, or a cell cannot be encoded.
    """
    wanted = [column.name for column in columns]
    missing = [name for name in wanted if name not in table.columns]
    if missing:
        raise DataError(f"{table.name}: {missing_columns_message(missing, list(table.columns), wanted)}")
    encoders = [column.bind(table, notes) for column in columns]
    return EncodedTable(encoders, len(table), sum(len(column.features) for column in columns))


def stack_table(table: Table, names: list[str], input_shape: Shape) -> Array:
    """Return columns of a table as an array of rows, for a model that was trained on arrays.

    Raises:
        ShapeError: if the model takes another number of entries per row.
        DataError: if a cell is not a number.
    """
    if math.prod(input_shape) != len(names):
        raise ShapeError(f"{table.name}: the model takes rows of the shape {input_shape}; got {len(names)} columns")
    columns = [_complete_numbers(table, name) for name in names]
    return np.stack(columns, axis=1).reshape(len(table), *input_shape)


def reshape_array(rows: Rows, input_shape: Shape) -> RawInputs:
    """Return an array's rows in the network's input shape, adding or removing a channel axis of length 1.

    Raises:
        ShapeError: if the rows have another shape than in training.
    """
    x = rows.inputs
    assert not isinstance(x, NotLoaded | Table)
    if x.shape[1:] == (*input_shape, 1) or (*x.shape[1:], 1) == input_shape:
        x = x.with_shape(input_shape) if isinstance(x, MemoryMapped) else x.reshape(len(x), *input_shape)
    if x.shape[1:] != input_shape:
        raise ShapeError(
            f"{rows.name}: the model takes rows of the shape {input_shape}; got {x.shape[1:]}"
            f"{_image_hint(rows, input_shape)}"
        )
    return x


def _image_hint(rows: Rows, shape: Shape) -> str:
    """Return advice for converting images to the network's input shape; empty if the rows are not images."""
    given = rows.row_shape
    if rows.row_names is None or len(given) != 3 or len(shape) != 3:
        return ""
    parts = [f"resize: [{shape[0]}, {shape[1]}]"] if given[:2] != shape[:2] else []
    parts += [f"mode: {'grey' if shape[2] == 1 else 'rgb'}"] if given[2] != shape[2] else []
    return f" (height, width, channels); convert them: '{{path: {rows.name}, {', '.join(parts)}}}'"


def _complete_numbers(table: Table, name: str) -> Array:
    values = table.numbers(name)
    if np.isnan(values).any():
        raise DataError(f"{table.place(int(np.isnan(values).argmax()))}: column {name!r}: the cell is blank")
    return values
