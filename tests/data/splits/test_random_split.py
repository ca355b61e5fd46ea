"""Random and stratified splits hold out fractions of all rows, depend on the seed, and do not overlap."""

from __future__ import annotations

import numpy as np
import pytest

from nncli.assemble.load_config import load_config
from nncli.core.errors import DataError
from nncli.data.splits.random_split import random_split
from nncli.data.splits.stratified_split import stratified_split
from nncli.data.tables.text_column import TextColumn
from tests.workflows import tiny


def session(folder, *settings, **data):
    """Return the session of a table whose first column is the row number; rows below 150 have the label low."""
    lines = [f"{row},{row * 7 % 11},{'low' if row < 150 else 'high'}" for row in range(200)]
    (folder / "rows.csv").write_text("\n".join(["row,other,y", *lines]) + "\n")
    values = tiny.classifier(dtype="float64")
    values["data"] = {"train": {"path": "rows.csv", "targets": "y"}, **data}
    return load_config(tiny.write(folder, values), settings).session()


def numbers(part):
    """Return the row numbers of a split."""
    return [] if part is None else part.inputs[:, 0].astype(int).tolist()


def parts(found):
    """Return the row numbers of training, validation and test."""
    return numbers(found.train), numbers(found.validation), numbers(found.test)


def test_sizes_are_fractions_of_all_rows_and_no_row_is_in_two_splits(tmp_path):
    train, validation, test = parts(session(tmp_path, validation={"fraction": 0.3}, test={"fraction": 0.15}))
    assert (len(train), len(validation), len(test)) == (110, 60, 30)
    assert sorted(train + validation + test) == list(range(200))


def test_the_test_rows_are_drawn_first(tmp_path):
    alone = session(tmp_path, test={"fraction": 0.2})
    both = session(tmp_path, test={"fraction": 0.2}, validation={"fraction": 0.3})
    assert numbers(alone.test) == numbers(both.test)
    assert set(numbers(both.validation)) < set(numbers(alone.train))


def test_the_split_depends_on_the_seed(tmp_path):
    held = {"validation": {"fraction": 0.3}, "test": {"fraction": 0.2}}
    first, again, other = (parts(session(tmp_path, f"seed={seed}", **held)) for seed in (1, 1, 2))
    assert first == again
    assert set(first[1]) != set(other[1])
    assert set(first[2]) != set(other[2])
    assert set(first[1]) != set(first[2])


@pytest.mark.parametrize("setting", ["optimizer=sgd", "training.batch_size=7", "model.0.units=9", "training.epochs=9"])
def test_the_split_depends_on_no_setting_but_the_seed(tmp_path, setting):
    held = {"validation": {"fraction": 0.3}, "test": {"fraction": 0.2}}
    assert parts(session(tmp_path, **held)) == parts(session(tmp_path, setting, **held))


def test_sorted_rows_are_held_out_at_random(tmp_path):
    found = session(tmp_path, validation={"fraction": 0.25}, test={"fraction": 0.25})
    for held in (numbers(found.validation), numbers(found.test)):
        assert min(held) < 40
        assert max(held) > 160
        assert 60 < np.mean(held) < 140
        low = np.mean(np.array(held) < 150)
        assert 0.5 < low < 0.95, "both classes are held out, although the file is sorted by class"


def test_labels_stay_with_their_rows(tmp_path):
    found = session(tmp_path, validation={"fraction": 0.25}, test={"fraction": 0.25})
    assert found.preprocessing.task.classes == ("high", "low")
    for part in (found.train, found.validation, found.test):
        assert part.targets[:, 0].tolist() == [float(row < 150) for row in numbers(part)]


def test_one_sigmoid_unit_has_the_target_1_for_the_second_class(tmp_path):
    found = session(tmp_path, 'data.train.classes=["low", "high"]')
    assert found.train.targets[:, 0].tolist() == [float(row >= 150) for row in numbers(found.train)]


def test_stratified_splits_keep_the_class_shares(tmp_path):
    held = {"fraction": 0.2, "stratify": True}
    for seed in range(5):
        found = session(tmp_path, f"seed={seed}", validation=held, test=held)
        assert len(numbers(found.test)) == len(numbers(found.validation)) == 40
        for part in (found.test, found.validation, found.train):
            assert np.mean(np.array(numbers(part)) < 150) == 0.75


def test_stratified_rows_are_drawn_at_random(tmp_path):
    first, other = (
        numbers(session(tmp_path, f"seed={seed}", test={"fraction": 0.2, "stratify": True}).test) for seed in (1, 2)
    )
    assert first != other
    assert min(first) < 30


def test_fractional_class_shares_are_rounded_to_the_total_count():
    strata = np.repeat([0, 1, 2], [33, 33, 34])
    held, left = stratified_split(np.arange(100), 10, 0, "test", TextColumn(strata, ("a", "b", "c")))
    assert len(held) == 10
    assert sorted(np.bincount(strata[held])) == [3, 3, 4]
    assert sorted([*held, *left]) == list(range(100))


def test_a_held_out_source_keeps_all_its_rows_in_order(tmp_path):
    (tmp_path / "held.csv").write_text("row,other,y\n3,1,low\n1,2,high\n2,3,low\n")
    found = session(tmp_path, test={"path": "held.csv"}, validation={"fraction": 0.5})
    assert numbers(found.test) == [3, 1, 2]
    assert found.test.targets[:, 0].tolist() == [1, 0, 1]
    assert len(numbers(found.train)) == 100


def test_classes_are_found_in_the_train_source_before_splitting(tmp_path):
    (tmp_path / "rare.csv").write_text(
        "row,y\n" + "".join(f"{row},{'c' if row == 0 else 'ab'[row % 2]}\n" for row in range(40))
    )
    classes = set()
    for seed in range(8):
        values = tiny.classifier(seed=seed, loss="cross_entropy", metrics=[])
        values["data"] = {"train": {"path": "rare.csv", "targets": "y"}, "validation": {"fraction": 0.5}}
        values["model"] = [{"type": "dense", "units": 3}, "softmax"]
        classes.add(load_config(tiny.write(tmp_path, values)).session().preprocessing.task.classes)
    assert classes == {("a", "b", "c")}


@pytest.mark.parametrize("count", [0, 5, 6])
def test_splits_without_held_out_or_remaining_rows_are_refused(count):
    with pytest.raises(DataError, match="gets no rows"):
        random_split(np.arange(5), count, 0, "validation")
