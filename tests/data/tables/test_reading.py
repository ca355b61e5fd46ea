"""Delimited text is read as Python's csv module and float read it, however it is cut into blocks."""

from __future__ import annotations

import re

import pytest
from hypothesis import given

from nncli.data.tables import blocks
from nncli.data.tables.read import parse_table
from tests.data.tables.texts import NAME, any_texts, by_definition, check_table, outcome, tables, thorough


@pytest.fixture(scope="module", params=[16, 64, 1 << 20], ids="blocks of {}".format)
def _blocks(request):
    """How many bytes are read at a time."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(blocks, "BLOCK", request.param)
        yield


@pytest.mark.usefixtures("_blocks")
@thorough(80)
@given(tables())
def test_a_table_holds_what_the_csv_module_finds(written):
    table = parse_table(written.content, NAME, written.wanted)
    check_table(table, by_definition(written))


@pytest.mark.usefixtures("_blocks")
@thorough(150)
@given(any_texts())
def test_any_text_is_read_as_the_csv_module_reads_it_or_refused_where_it_does(written):
    expected = by_definition(written)
    table = outcome(lambda: parse_table(written.content, NAME, written.wanted))
    if isinstance(expected, int):
        assert re.match(rf"made\.csv:{expected}: .", str(table)), table
    elif not expected[1]:
        assert table == "made.csv: no rows below the header"
    else:
        check_table(table, expected)
