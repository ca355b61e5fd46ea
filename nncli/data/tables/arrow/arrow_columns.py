"""Convert Arrow columns to the columns of a table."""

from __future__ import annotations

from typing import Any

import numpy as np

from nncli.core.types import Array
from nncli.data.tables.cells import Cells, parse_cells
from nncli.data.tables.number_parsing import INTEGER_LIMIT, is_code, numbers_among, parse_number
from nncli.data.tables.read_options import ReadOptions
from nncli.data.tables.text_column import TextColumn

MAYBE_ZERO_PADDED = r"^\s*-?0[0-9]"  # such as 007


def has_unexpected_values(column: Any, options: ReadOptions) -> bool:
    """Whether Arrow may have read a CSV column differently than `delimited_text`.

    The column then holds values other than finite numbers, text and nulls, or numbers that `blanks` lists: if -999
    means a blank cell, Arrow does not recognise it in " -999".
    """
    import pyarrow as pa
    from pyarrow import compute

    kind = column.type
    if pa.types.is_floating(kind):
        if not compute.all(compute.is_finite(column), skip_nulls=True, min_count=0).as_py():
            return True
        numeric_blanks = numbers_among(options.blanks)
        return bool(numeric_blanks) and bool(np.isin(to_numbers(column), numeric_blanks).any())
    return not (pa.types.is_string(kind) or pa.types.is_null(kind) or pa.types.is_dictionary(kind))


def cells_of(column: Any, name: str, options: ReadOptions) -> Cells:
    """Return a CSV column as numbers or text, exactly as `delimited_text` reads it."""
    import pyarrow as pa
    from pyarrow import compute

    if pa.types.is_floating(column.type) or pa.types.is_null(column.type):
        return to_numbers(column)
    is_label = name in options.label_columns
    if is_label and name not in options.text_columns:
        padded = compute.any(compute.match_substring_regex(column, MAYBE_ZERO_PADDED), min_count=0).as_py()
        if not padded:
            try:
                numbers = column.cast(pa.float64())
            except pa.ArrowInvalid:
                pass
            else:
                if not has_unexpected_values(numbers, options):
                    values = to_numbers(numbers)
                    if not (np.abs(values) >= INTEGER_LIMIT).any():
                        return values
    texts = to_text_column(column, options)
    filled = [text for text in texts.values if text]
    if name in options.text_columns:
        return texts
    if any(parse_number(text) is None or (is_label and is_code(text)) for text in filled):
        return texts
    return parse_cells(texts)[0]


def to_numbers(column: Any) -> Array:
    """Return numbers as float64, with nan for null."""
    import pyarrow as pa

    if pa.types.is_null(column.type):
        return np.full(len(column), np.nan)
    return np.asarray(column.cast(pa.float64(), safe=False).to_numpy(), np.float64)


def to_text_column(column: Any, options: ReadOptions) -> TextColumn:
    """Return text, with "" for null and for blanks."""
    encoded = column.dictionary_encode().unify_dictionaries().combine_chunks()
    codes_by_text: dict[str, int] = {}
    blanks = set(options.blanks)
    stripped = [text.strip() for text in encoded.dictionary.to_pylist()]
    codes = [codes_by_text.setdefault("" if text in blanks else text, len(codes_by_text)) for text in stripped]
    blank = codes_by_text.setdefault("", len(codes_by_text))
    code_by_index = np.array([*codes, blank], np.int32)
    indices = encoded.indices.fill_null(len(codes)).to_numpy(zero_copy_only=False)
    return TextColumn(code_by_index[indices], tuple(codes_by_text))
