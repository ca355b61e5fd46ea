"""Test class labels: they are compared as text, sorted as numbers or as text, and stay with their rows."""

from __future__ import annotations

import numpy as np
import pytest

from nncli.core.errors import DataError
from nncli.core.task import Task
from nncli.data.target_encoding import class_labels
from nncli.data.target_encoding.label_text import class_order, normalize_labels
from tests.data.make_sources import fitted, rows


def arrays(folder, x, y, **keys):
    """Write arrays to a .npz file, and return its rows."""
    np.savez(folder / "a.npz", x=x, y=y)
    return rows(path=folder / "a.npz", **keys)


@pytest.mark.parametrize(
    ("given", "order"),
    [
        (["10", "9", "2"], ("2", "9", "10")),
        (["-1", "1", "0"], ("-1", "0", "1")),
        (["0.5", "0.25", "1"], ("0.25", "0.5", "1")),
        (["b", "a", "10", "9"], ("10", "9", "a", "b")),
        (["Zebra", "ant", "Ant"], ("Ant", "Zebra", "ant")),
        (["x", "x", "y", "x"], ("x", "y")),
    ],
)
def test_numeric_classes_are_in_numeric_order_and_other_classes_in_text_order(given, order):
    assert class_order(given) == order


@pytest.mark.parametrize(
    "given",
    [
        np.array([5, 2, 5]),
        np.array([5, 2, 5], np.uint8),
        np.array([5.0, 2.0, 5.0]),
        np.array(["5", "2", "5"]),
        np.array(["5.0", "2.00", "5"]),
        np.array([[5], [2], [5]]),
        np.array([b"5", b"2", b"5"]),
    ],
    ids=lambda array: array.dtype.str + str(array.ndim),
)
def test_labels_of_all_types_become_the_same_text(given):
    assert normalize_labels(given).tolist() == ["5", "2", "5"]


def test_booleans_are_labels():
    assert class_order(normalize_labels(np.array([True, False, True])).unique()) == ("False", "True")


@pytest.mark.parametrize("dtype", [int, float, bool])
def test_one_hot_rows_become_the_index_of_their_1(dtype):
    assert normalize_labels(np.array([[0, 0, 1], [1, 0, 0], [0, 1, 0]], dtype)).tolist() == ["2", "0", "1"]


@pytest.mark.parametrize(
    "given", [np.array([0.5, 1.0]), np.array([[0.2, 0.8]]), np.array([[1, 1]]), np.array([[0, 0]]), np.zeros((2, 2, 2))]
)
def test_numbers_that_are_not_labels_are_refused(given, tmp_path):
    found = arrays(tmp_path, np.zeros((len(given), 1)), given)
    with pytest.raises(DataError, match=r"targets 'y.*: .*for numbers use a regression loss such as mean_squared_err"):
        class_labels.text_labels(found)


def test_only_rows_of_the_selected_classes_are_kept_and_other_rows_are_counted(tmp_path):
    y = np.array([0, 1, 2, 2, 5, 5, 5, 7])
    found = class_labels.keep_classes(arrays(tmp_path, y[:, None] * 10.0, y), ("5", "2"))
    assert found.inputs[:, 0].tolist() == [20, 20, 50, 50, 50]
    assert class_labels.encode(found, ("5", "2")).tolist() == [1, 1, 0, 0, 0]
    assert found.dropped == 3


def test_a_class_without_rows_suggests_the_nearest_name(tmp_path):
    found = arrays(tmp_path, np.zeros((2, 1)), np.array(["left", "right"]))
    with pytest.raises(DataError, match="no row has the class 'lift'; did you mean 'left'"):
        class_labels.keep_classes(found, ("lift", "right"))


def test_the_error_for_an_unknown_label_names_its_row(tmp_path):
    (tmp_path / "a.csv").write_text("u,y\n1,a\n2,b\n3,c\n")
    with pytest.raises(DataError, match=r"a\.csv:4: the label 'c' is not one of the classes a, b"):
        class_labels.encode(rows(path=tmp_path / "a.csv", targets="y"), ("a", "b"))
    found = arrays(tmp_path, np.zeros((3, 1)), np.array([0, 9, 1]))
    with pytest.raises(DataError, match=r"a\.npz.*row 1 .*the label '9' is not one of the classes 0, 1"):
        class_labels.encode(found, ("0", "1"))


def test_numbers_in_tables_and_arrays_give_the_same_labels(tmp_path):
    (tmp_path / "a.csv").write_text("u,y\n1,2.0\n2,10\n3,2\n")
    found = rows(path=tmp_path / "a.csv", targets="y")
    assert class_order(class_labels.text_labels(found).unique()) == ("2", "10")
    assert class_labels.encode(found, ("2", "10")).tolist() == [0, 1, 0]


def test_class_indices_follow_the_order_of_the_classes():
    found = rows(dataset="digits")
    preprocessing = fitted(found, task=Task("classes", tuple("9876543210")))
    assert (preprocessing.targets(found) == 9 - found.targets.astype(int)).all()
