"""Delimited text gives the same cells as Python's csv module and float, for any block size."""

from __future__ import annotations

import re
from contextlib import contextmanager

import pytest
from hypothesis import given, note

from nncli.data.tables import line_blocks
from nncli.data.tables.read_table import parse_table
from tests.data.tables.generated_tables import (
    NAME,
    any_texts,
    check_table,
    outcome,
    read_with_csv_module,
    tables,
    thorough,
)

SIZES = (16, 64, 1 << 20)


@contextmanager
def blocks_of(size):
    """Make the reader take `size` bytes at a time."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(line_blocks, "BLOCK_BYTES", size)
        note(f"blocks of {size}")
        yield


@thorough(80)
@given(tables())
def test_a_table_has_the_cells_that_the_csv_module_reads(written):
    expected = read_with_csv_module(written)
    for size in SIZES:
        with blocks_of(size):
            check_table(parse_table(written.content, NAME, written.wanted), expected)


@thorough(150)
@given(any_texts())
def test_any_text_gives_the_cells_of_the_csv_module_or_an_error_at_the_same_line(written):
    expected = read_with_csv_module(written)
    for size in SIZES:
        with blocks_of(size):
            table = outcome(lambda: parse_table(written.content, NAME, written.wanted))
        if isinstance(expected, int):
            assert re.match(rf"made\.csv:{expected}: .", str(table)), table
        elif not expected[1]:
            assert table == "made.csv: no rows below the header"
        else:
            check_table(table, expected)
