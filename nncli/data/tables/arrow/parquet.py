"""Read Parquet files."""

from __future__ import annotations

import re
from typing import Any

import numpy as np

from nncli.core.errors import DataError, MissingExtraError
from nncli.data.tables.arrow.arrow_columns import to_numbers, to_text_column
from nncli.data.tables.cells import Cells, parse_cells
from nncli.data.tables.dataframe import Table
from nncli.data.tables.header import check_header
from nncli.data.tables.number_parsing import is_code, numbers_among
from nncli.data.tables.read_options import ReadOptions

PANDAS_INDEX = re.compile(r"__index_level_\d+__")  # the name that pandas gives to an unnamed index


def read_parquet(path: str, options: ReadOptions) -> Table:
    """Read a table from a Parquet file.

    Raises:
        DataError: if it is not a Parquet file, or a column holds neither numbers nor text.
        MissingExtraError: if pyarrow is not installed.
    """
    try:
        import pyarrow as pa
        from pyarrow import parquet
    except ImportError:
        raise MissingExtraError(f"{path}: reading Parquet needs pyarrow: pip install 'nncli-train[tables]'") from None
    try:
        check_header(parquet.read_schema(path).names, path)
        table = parquet.read_table(path)
    except (pa.ArrowException, OSError) as error:
        raise DataError(f"{path}: not a valid Parquet file ({' '.join(str(error).split())[:120]})") from None
    if not table.num_rows:
        raise DataError(f"{path}: no rows")
    columns = {}
    for name in table.column_names:
        if PANDAS_INDEX.fullmatch(name):
            continue
        try:
            columns[name] = _cells_of(table[name], name, path, options)
        except pa.ArrowException:  # raised, for example, for an unknown time zone
            raise _unusable(path, name, table[name].type) from None
    return Table(path, columns, np.arange(table.num_rows), by_row_number=True)


def _cells_of(column: Any, name: str, path: str, options: ReadOptions) -> Cells:
    import pyarrow as pa

    kind = column.type.value_type if pa.types.is_dictionary(column.type) else column.type
    if pa.types.is_integer(kind) and (name in options.text_columns or name in options.label_columns):
        texts = to_text_column(column.cast(kind).cast(pa.string()), options)
        has_codes = name in options.text_columns or any(is_code(text) for text in texts.values)
        return texts if has_codes else parse_cells(texts)[0]
    if pa.types.is_integer(kind) or pa.types.is_floating(kind) or pa.types.is_decimal(kind):
        numbers = to_numbers(column)
        infinite = np.isinf(numbers)
        if infinite.any():
            row = int(infinite.argmax())
            raise DataError(
                f"{path}: row {row} (counted from 0): column {name!r}: expected a finite number; got {numbers[row]}"
            )
        blanks = numbers_among(options.blanks)
        return np.where(np.isin(numbers, blanks), np.nan, numbers) if blanks else numbers
    if pa.types.is_null(kind):
        return to_numbers(column)
    if pa.types.is_boolean(kind) or pa.types.is_temporal(kind):
        return to_text_column(column.cast(pa.string()), options)
    if pa.types.is_string(kind) or pa.types.is_large_string(kind) or pa.types.is_string_view(kind):
        return to_text_column(column.cast(pa.string()), options)
    raise _unusable(path, name, kind)


def _unusable(path: str, name: str, kind: Any) -> DataError:
    return DataError(f"{path}: column {name!r} holds {kind}, neither numbers nor text; leave it out of the file")
