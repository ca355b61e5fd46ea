"""Multi-label targets are columns of 0 and 1; other values are refused."""

from __future__ import annotations

import numpy as np
import pytest

from nncli.core.errors import DataError
from nncli.data.rows import array_rows
from nncli.data.sources.table import TableSource
from nncli.data.target_encoding.label_text import is_one_hot
from nncli.data.target_encoding.multi_label import label_columns


def rows(targets):
    targets = np.asarray(targets)
    return array_rows(np.zeros((len(targets), 1)), targets, "x.npy", "y.npy", "y")


@pytest.mark.parametrize(
    "targets",
    [
        [[1, 0], [0, 0]],
        [[1.0, 0.0], [0.0, 0.0]],
        [[True, False], [False, False]],
        [["1", "0"], ["0.0", "0"]],
        [["true", "False"], ["FALSE", "0"]],
        np.array([["1", "0"], ["0", "0"]], "S"),
        np.array([[1, 0], [0, 0]], np.uint8),
    ],
    ids=str,
)
def test_numbers_booleans_and_texts_are_read_as_0_and_1(targets):
    found = label_columns(rows(targets))
    np.testing.assert_array_equal(found, ((1, 0), (0, 0)))
    assert found.dtype == np.float64


@pytest.mark.parametrize(
    ("targets", "message"),
    [
        ([[1, 0], [0, 2]], "y.npy: row 1, column 1 (counted from 0): label 'y_1': expected 0 or 1; got 2"),
        ([[-1, 0], [0, 1]], "y.npy: row 0, column 0 (counted from 0): label 'y_0': expected 0 or 1; got -1"),
        ([[1, 0.5]], "label 'y_1': expected 0 or 1; got 0.5"),
        ([[1, np.nan]], "label 'y_1': expected 0 or 1; got nan"),
        ([["1", "yes"]], "label 'y_1': expected 0 or 1; got 'yes'"),
        ([["", "1"]], "label 'y_0': expected 0 or 1; got ''"),
        ([3, 1], "y.npy: row 0 (counted from 0): label 'y': expected 0 or 1; got 3"),
    ],
    ids=str,
)
def test_the_first_value_other_than_0_and_1_is_reported(targets, message):
    with pytest.raises(DataError) as caught:
        label_columns(rows(targets))
    assert message in str(caught.value)
    assert caught.value.key == "targets"


def test_columns_of_a_table_can_be_labels(tmp_path):
    (tmp_path / "a.csv").write_text("x,a,b\n1,0,true\n2,1,false\n3,1,maybe\n")
    source = TableSource(path=str(tmp_path / "a.csv"), targets=["a", "b"])
    with pytest.raises(DataError, match=r"a.csv:4: label 'b': expected 0 or 1; got 'maybe'"):
        label_columns(source.read())
    np.testing.assert_array_equal(label_columns(source.read().take(np.array((1, 0)))), ((1, 0), (0, 1)))


def test_one_hot_rows_have_a_single_1():
    assert is_one_hot(np.array(((0, 1), (1, 0))))
    for others in (((0, 1), (1, 1)), ((0, 0), (1, 0)), ((0, 1), (2, -1))):
        assert not is_one_hot(np.array(others))
