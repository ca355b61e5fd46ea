"""Tables read with and without Arrow are equal: values, kinds, lines and errors."""

from __future__ import annotations

import gzip
import os

import pytest
from hypothesis import given

from nncli.data.tables.arrow import arrow_csv
from nncli.data.tables.dataframe import Table
from nncli.data.tables.read_options import ReadOptions
from nncli.data.tables.read_table import parse_table, read_table
from tests.data.tables.generated_tables import any_texts, check_same, outcome, tables, thorough

pytest.importorskip("pyarrow", reason="Arrow is not installed")


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("tables")


@pytest.fixture
def always(monkeypatch):
    """Read small files with Arrow too; the returned list tells for each file whether Arrow read it."""
    read_text, done = arrow_csv.read_arrow_csv, []

    def noted(*arguments):
        table = read_text(*arguments)
        done.append(table is not None)
        return table

    monkeypatch.setattr("nncli.data.tables.read_table.MIN_ARROW_BYTES", 0)
    monkeypatch.setattr("nncli.data.tables.read_table.read_arrow_csv", noted)
    return done


def compare(content, folder, wanted, name="made.csv", sizes=(arrow_csv.BLOCK_BYTES,)):
    """Read a text without Arrow, and with Arrow in blocks of every size, and assert equal results."""
    path = os.path.join(folder, name)
    with open(path, "wb") as file:
        file.write(content)
    without = outcome(lambda: parse_table(gzip.decompress(content) if name.endswith(".gz") else content, path, wanted))
    for size in sizes:
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(arrow_csv, "BLOCK_BYTES", size)
            patch.setattr("nncli.data.tables.arrow.line_checks.BLOCK_BYTES", size)
            patch.setattr(arrow_csv, "TYPE_SAMPLE_BYTES", min(size, arrow_csv.TYPE_SAMPLE_BYTES))
            by_arrow = outcome(lambda: read_table(path, wanted))
        if isinstance(without, Table):
            assert isinstance(by_arrow, Table), (size, by_arrow)
            check_same(by_arrow, without)
        else:
            assert by_arrow == without, size
    return by_arrow


def test_tables_read_with_and_without_arrow_are_equal(folder, always):
    @thorough(120)
    @given(tables(breaks=("\n", "\n", "\n", "\r\n")))
    def check(written):
        compare(written.content, folder, written.wanted, sizes=(64, 1 << 20))

    check()
    assert sum(always) > 40, "Arrow must read many of the tables"
    assert not all(always), "some tables must be read without Arrow"


@pytest.mark.parametrize("cell", ["-999", " -999", "-999 ", "-999.0", '"-999"', '" -999"', "-9.99e2"])
@pytest.mark.parametrize("labels", [(), ("u",)])
def test_a_blank_that_is_a_number_is_recognised_by_its_text(folder, always, cell, labels):
    table = compare(f"u,v\n1,2\n{cell},3\n".encode(), folder, ReadOptions(label_columns=labels, blanks=("-999",)))
    expected = [1, None] if cell.strip(' "') == "-999" else [1, -999]
    assert [None if value != value else value for value in table.columns["u"].tolist()] == expected


def test_any_text_gives_the_same_table_or_error_with_and_without_arrow(folder, always):
    @thorough(200)
    @given(any_texts())
    def check(written):
        compare(written.content, folder, written.wanted, sizes=(64, 1 << 20))

    check()
    assert any(always)
