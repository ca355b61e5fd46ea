"""Labels, groups and categories that are numbers too long for a double stay text."""

from __future__ import annotations

import numpy as np
import pytest

from nncli.data.tables.read_options import ReadOptions
from nncli.data.tables.read_table import read_table
from nncli.data.target_encoding.class_labels import all_classes, text_labels
from nncli.data.target_encoding.label_text import class_order
from tests.data.make_sources import fitted, rows

IDS = ["9007199254740992", "9007199254740993", "1234567890123456789"]


@pytest.mark.parametrize("limit", [0, 1 << 60], ids=["with Arrow", "without Arrow"])
def test_long_labels_and_groups_of_a_table_stay_text(tmp_path, monkeypatch, limit):
    if limit == 0:
        pytest.importorskip("pyarrow", reason="the extra tables is not installed")
    monkeypatch.setattr("nncli.data.tables.read_table.MIN_ARROW_BYTES", limit)
    (tmp_path / "a.csv").write_text("u,v,id\n" + "".join(f"{index},1,{name}\n" for index, name in enumerate(IDS * 2)))
    found = rows(path=tmp_path / "a.csv", targets="id")
    assert all_classes(found) == tuple(IDS)
    assert text_labels(found).tolist() == IDS * 2
    grouped = rows(path=tmp_path / "a.csv", targets="u", groups="id")
    assert grouped.groups is not None
    assert grouped.groups.tolist() == IDS * 2


def test_numeric_targets_may_be_long_numbers_and_are_rounded(tmp_path):
    (tmp_path / "a.csv").write_text("u,y\n1,9007199254740993\n2,1e300\n")
    found = rows(path=tmp_path / "a.csv", targets="y")
    assert fitted(found).targets(found).tolist() == [[9007199254740992], [1e300]]


def test_long_integers_in_parquet_stay_text(tmp_path):
    pa = pytest.importorskip("pyarrow", reason="the extra tables is not installed")
    from pyarrow import parquet

    table = pa.table({"u": [1.5, 2.5, 3.5], "id": pa.array(list(map(int, IDS))), "code": [7, 8, 7]})
    parquet.write_table(table, tmp_path / "a.parquet")
    found = rows(path=tmp_path / "a.parquet", targets="id", categories=["code"])
    assert set(all_classes(found)) == set(IDS)
    assert found.inputs.columns["code"].tolist() == ["7", "8", "7"]
    as_inputs = read_table(str(tmp_path / "a.parquet"), ReadOptions(text_columns=["id"]))
    assert as_inputs.columns["id"].tolist() == IDS
    number = read_table(str(tmp_path / "a.parquet"), ReadOptions(label_columns=["code"])).columns["code"]
    assert isinstance(number, np.ndarray)


def test_an_index_that_pandas_wrote_is_not_an_input(tmp_path):
    pa = pytest.importorskip("pyarrow", reason="the extra tables is not installed")
    from pyarrow import parquet

    parquet.write_table(
        pa.table({"u": [1.0, 2.0], "y": [1.0, 2.0], "__index_level_0__": [3, 9]}), tmp_path / "a.parquet"
    )
    found = rows(path=tmp_path / "a.parquet", targets="y")
    assert list(found.inputs.columns) == ["u"]


def test_all_labels_are_sorted_as_text_if_one_is_not_a_finite_number():
    assert class_order(["nan", "inf", "-inf", "2"]) == ("-inf", "2", "inf", "nan")
