"""Parquet files are read as tables according to their column types."""

from __future__ import annotations

import datetime
import decimal
import math
import sys

import numpy as np
import pytest

from nncli.core.errors import DataError, MissingExtraError
from nncli.data.tables.read_options import ReadOptions
from nncli.data.tables.read_table import read_table
from tests.data.make_sources import F64, fitted, rows

pa = pytest.importorskip("pyarrow", reason="Arrow is not installed")
parquet = pytest.importorskip("pyarrow.parquet", reason="Arrow is not installed")

NOW = datetime.datetime(2026, 11, 25, 8, 15)


@pytest.fixture
def written(tmp_path):
    """Return a function that writes columns to a Parquet file and returns its path."""

    def write(**columns):
        path = str(tmp_path / "a.parquet")
        parquet.write_table(pa.table(columns), path)
        return path

    return write


def error_for(path, wanted=None):
    """Read a file that is refused, and return the error message."""
    with pytest.raises(DataError) as caught:
        read_table(path, wanted or ReadOptions())
    assert "\n" not in str(caught.value)
    assert caught.value.exit_code == 2
    return str(caught.value).replace(path, "a.parquet")


@pytest.mark.parametrize(
    "column",
    [
        pa.array([3, None, -7], pa.int8()),
        pa.array([3, None, -7], pa.int64()),
        pa.array([3, None, -7], pa.float16()),
        pa.array([3, None, -7], pa.float32()),
        pa.array([3, None, -7], pa.float64()),
        pa.array([3, math.nan, -7], pa.float64()),
        pa.array([decimal.Decimal("3.0"), None, decimal.Decimal("-7.0")]),
        pa.array([3, None, -7]).dictionary_encode(),
        pa.chunked_array([[3], [None, -7]], pa.int32()),
    ],
    ids=lambda column: str(column.type),
)
def test_nulls_among_numbers_are_blank(written, column):
    table = read_table(written(u=column))
    np.testing.assert_array_equal(table.columns["u"], np.array([3, np.nan, -7]))
    assert table.columns["u"].dtype == np.float64


def test_doubles_keep_every_bit(written):
    values = np.random.default_rng(0).normal(size=1000) * 10.0 ** np.arange(-300, 300, 0.6)
    assert read_table(written(u=values)).columns["u"].tobytes() == values.tobytes()


@pytest.mark.parametrize("kind", ["string", "large_string", "dictionary", "string_view"])
def test_nulls_among_texts_are_blank(written, kind):
    column = pa.array([" oslo", None, "rome", "", "oslo", "NA"])
    column = column.dictionary_encode() if kind == "dictionary" else column.cast(getattr(pa, kind)())
    table = read_table(written(city=column), ReadOptions(blanks=("NA",)))
    assert table.columns["city"].tolist() == ["oslo", "", "rome", "", "oslo", ""]


@pytest.mark.parametrize("encoded", [False, True])
def test_booleans_are_one_and_zero(written, encoded):
    column = pa.array([True, False, None, True])
    path = written(u=column.dictionary_encode() if encoded else column, y=[1.0, 2, 3, 4])
    found = rows(path=path, targets="y", missing={"constant": 0.5})
    assert fitted(found).inputs(found, F64).tolist() == [[1], [0], [1], [1]]


def test_a_number_may_mean_blank(written):
    table = read_table(written(u=[1, -999, 3], v=["a", "-999", "b"]), ReadOptions(blanks=("-999", "NA")))
    assert np.isnan(table.columns["u"]).tolist() == [False, True, False]
    assert table.columns["v"].tolist() == ["a", "", "b"]


def test_a_null_column_is_entirely_blank(written):
    path = written(u=pa.nulls(3), v=pa.array([None, None, None], pa.float64()), y=[1.0, 2, 3])
    for name in ("u", "v"):
        found = rows(path=path, targets="y", inputs=[name])
        with pytest.raises(DataError, match=rf"a\.parquet: column '{name}' is blank throughout"):
            fitted(found)


@pytest.mark.parametrize(
    "column",
    [
        [NOW, NOW],
        [NOW.date(), NOW.date()],
        [NOW.time(), NOW.time()],
        pa.array([NOW, NOW], pa.timestamp("us", "UTC")),
        pa.array([NOW.date(), NOW.date()]).dictionary_encode(),
    ],
    ids=["timestamp", "date", "time", "with a time zone", "dictionary"],
)
def test_dates_are_refused_with_advice(written, column):
    found = rows(path=written(when=column, y=[1.0, 2]), targets="y")
    with pytest.raises(DataError, match=r"a\.parquet: row 0 \(counted from 0\): column 'when': dates and times such"):
        fitted(found)


@pytest.mark.parametrize(
    ("column", "kind"),
    [
        ([[1], [2]], "list<"),
        ([{"a": 1}, {"a": 2}], "struct<"),
        ([b"a", b"b"], "binary"),
        (pa.array([NOW, NOW], pa.timestamp("us", "No/Where")), "timestamp[us, tz=No/Where]"),
    ],
)
def test_columns_of_other_types_are_refused(written, column, kind):
    message = error_for(written(u=column, v=[1, 2]))
    assert message.startswith(f"a.parquet: column 'u' holds {kind}")
    assert message.endswith("neither numbers nor text; leave it out of the file")


@pytest.mark.parametrize("value", [math.inf, -math.inf])
def test_infinite_numbers_are_refused(written, value):
    message = error_for(written(u=[1.0, 2], v=[1.0, value]))
    assert message == f"a.parquet: row 1 (counted from 0): column 'v': expected a finite number; got {value}"


def test_files_without_rows_or_columns_or_with_duplicate_columns_are_refused(written, tmp_path):
    assert error_for(written(u=pa.array([], pa.int64()))) == "a.parquet: no rows"
    assert error_for(written()).startswith("a.parquet:1: expected a header line")
    path = str(tmp_path / "a.parquet")
    parquet.write_table(pa.table([[1], [2]], names=["u", "u"]), path)
    assert "two columns are named 'u'" in error_for(path)


@pytest.mark.parametrize("damage", ["cut", "empty", "foreign", "flipped"])
def test_a_damaged_file_is_refused(written, damage):
    path = written(u=list(range(1000)))
    with open(path, "rb") as file:
        content = file.read()
    flipped = content[:-60] + bytes(255 - byte for byte in content[-60:-8]) + content[-8:]
    broken = {"cut": content[: len(content) // 2], "empty": b"", "foreign": b"u,v\n1,2\n", "flipped": flipped}
    with open(path, "wb") as file:
        file.write(broken[damage])
    assert error_for(path).startswith("a.parquet: not a valid Parquet file (")
    assert len(error_for(path)) < 250


def test_paths_that_are_not_files_are_refused(tmp_path):
    (tmp_path / "a.parquet").mkdir()
    assert error_for(str(tmp_path / "a.parquet")) == "a.parquet: cannot be read (Is a directory)"
    with pytest.raises(DataError, match="no such file or folder"):
        read_table(str(tmp_path / "b.parquet"))


def test_without_arrow_the_message_says_what_to_install(written, monkeypatch):
    path = written(u=[1, 2])
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    with pytest.raises(MissingExtraError, match=r"a\.parquet: reading Parquet needs pyarrow: pip install") as caught:
        read_table(path)
    assert caught.value.exit_code == 2


def test_delimited_text_is_read_without_arrow(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    monkeypatch.setattr("nncli.data.tables.read_table.MIN_ARROW_BYTES", 0)
    (tmp_path / "a.csv").write_text("u,v\n1,a\n")
    assert read_table(str(tmp_path / "a.csv")).columns["u"].tolist() == [1]


def test_messages_give_row_numbers(written):
    found = rows(path=written(u=[1.0, 2], y=[1.0, None]), targets="y", with_targets=False)
    assert found.place(1).endswith("a.parquet: row 1 (counted from 0)")
    with pytest.raises(DataError, match=r"a\.parquet: row 1 \(counted from 0\): column 'y': the target is blank"):
        rows(path=found.name, targets="y")
