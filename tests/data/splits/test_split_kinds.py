"""Splits that hold out the last rows or whole groups."""

from __future__ import annotations

import time

import numpy as np
import pytest

from nncli.assemble.load_config import load_config
from nncli.core.errors import ConfigError, DataError
from nncli.data.splits.grouped_split import grouped_split
from nncli.data.splits.stratified_split import stratified_split
from nncli.data.splits.tail_split import tail_split
from nncli.data.tables.text_column import TextColumn, factorize
from nncli.data.target_encoding.label_text import normalize_labels
from nncli.workflows.check import check
from tests.workflows import tiny

ROWS = 120
SIZES = (1, 2, 3, 4, 5, 7, 8, 10, 20, 60)  # sizes of the groups
GROUP = np.random.default_rng(1).permutation(np.repeat(np.arange(len(SIZES)), SIZES))
LABEL = np.array(["low", "high", "odd"])[np.arange(ROWS) % 3]


def table(folder, group=GROUP):
    """Write a table whose first column is the row number."""
    lines = [f"{row},{LABEL[row]},g{name}" for row, name in enumerate(group)]
    (folder / "rows.csv").write_text("\n".join(["row,y,who", *lines]) + "\n")


def config(folder, *, group=GROUP, train=None, units=3, **data):
    """Write the table and a config for it, and return the path of the config."""
    table(folder, group)
    values = tiny.classifier(loss="cross_entropy", metrics=[], dtype="float64")
    values["data"] = {"train": {"path": "rows.csv", "targets": "y", **(train or {})}, **data}
    values["model"] = [{"type": "dense", "units": units}, "softmax"]
    return tiny.write(folder, values)


def drawn(folder, *settings, **keys):
    """Return the row numbers of training, validation and test."""
    found = load_config(config(folder, **keys), settings).session()
    parts = (found.train, found.validation, found.test)
    return [[] if part is None else part.inputs[:, 0].astype(int).tolist() for part in parts]


def grouped(folder, *settings, **keys):
    """Return the row numbers of a grouped split."""
    return drawn(folder, *settings, train={"groups": "who", **keys.pop("train", {})}, **keys)


def names(rows):
    """Return the groups of some rows."""
    return set(GROUP[rows].tolist())


def assert_apart(parts):
    """Assert that every row and every group is in exactly one split."""
    assert sorted(np.concatenate(parts)) == list(range(ROWS))
    assert sum(len(names(part)) for part in parts) == len(SIZES)


TAIL = {"fraction": 0.25, "split": "tail"}


def test_tail_splits_put_validation_rows_before_test_rows_in_row_order(tmp_path):
    assert drawn(tmp_path, validation=TAIL, test={"fraction": 0.1, "split": "tail"}) == [
        list(range(78)),
        list(range(78, 108)),
        list(range(108, 120)),
    ]


@pytest.mark.parametrize("seed", [0, 1])
def test_the_tail_does_not_depend_on_the_seed(tmp_path, seed):
    assert drawn(tmp_path, f"seed={seed}", validation=TAIL)[1] == list(range(90, 120))


def test_a_tail_split_after_a_random_test_split_takes_the_last_remaining_rows(tmp_path):
    train, validation, test = drawn(tmp_path, validation=TAIL, test={"fraction": 0.25})
    left = sorted(set(range(ROWS)) - set(test))
    assert (train, validation) == (left[:60], left[60:])
    assert test != list(range(90, 120))


def test_a_random_validation_split_draws_from_the_rows_before_the_tail(tmp_path):
    train, validation, test = drawn(tmp_path, validation={"fraction": 0.25}, test=TAIL)
    assert test == list(range(90, 120))
    assert sorted(train + validation) == list(range(90))
    assert validation != list(range(60, 90))


def test_the_tail_is_taken_from_the_rows_of_the_selected_classes(tmp_path):
    train, validation, _ = drawn(tmp_path, train={"classes": ["odd", "low"]}, units=2, validation=TAIL)
    kept = [row for row in range(ROWS) if LABEL[row] != "high"]
    assert (train, validation) == (kept[:60], kept[60:])


@pytest.mark.parametrize("count", [0, 5, 6])
def test_an_empty_tail_and_a_tail_of_all_rows_are_refused(count):
    with pytest.raises(DataError, match="gets no rows"):
        tail_split(np.arange(5), count, "validation")


def test_a_tail_split_accepts_any_row_numbers():
    held, left = tail_split(np.array([2, 3, 5, 7, 11]), 2, "test")
    assert (held.tolist(), left.tolist()) == ([7, 11], [2, 3, 5])


def test_stratify_and_tail_conflict(tmp_path):
    with pytest.raises(ConfigError, match=r"data\.validation\.stratify: split: tail takes the last rows"):
        check(config(tmp_path, validation={**TAIL, "stratify": True}))


@pytest.mark.parametrize("seed", range(6))
def test_no_group_is_split(tmp_path, seed):
    parts = grouped(tmp_path, f"seed={seed}", validation={"fraction": 0.25}, test={"fraction": 0.2})
    assert all(part == sorted(part) for part in parts)
    assert_apart(parts)
    assert 1 <= len(parts[1]) <= 30
    assert 1 <= len(parts[2]) <= 24


def test_grouped_splits_depend_on_the_seed(tmp_path):
    held = {"validation": {"fraction": 0.3}, "test": {"fraction": 0.2}}
    found = [grouped(tmp_path, f"seed={seed}", **held) for seed in (3, 3, 4, 5)]
    assert found[0] == found[1]
    assert len({str(parts) for parts in found}) == 3
    assert grouped(tmp_path, "seed=3", "training.batch_size=5", **held) == found[0]


def test_grouped_splits_do_not_depend_on_the_order_of_the_rows():
    group = factorize([f"g{name}" for name in GROUP])
    order = np.random.default_rng(0).permutation(ROWS)
    other = factorize([f"g{name}" for name in GROUP[order]])
    assert group.values != other.values
    held = grouped_split(np.arange(ROWS), 30, 1, "test", group)[0]
    assert names(held) == names(order[grouped_split(np.arange(ROWS), 30, 1, "test", other)[0]])


def test_every_group_is_held_out_by_some_seed():
    group = factorize([f"g{name}" for name in np.repeat(np.arange(6), 5)])
    found = [tuple(grouped_split(np.arange(30), 10, seed, "test", group)[0] // 5) for seed in range(40)]
    assert set(np.concatenate(found)) == set(range(6))
    assert len(set(found)) > 8


def test_exactly_the_wanted_number_of_rows_is_held_out_if_the_group_sizes_allow_it():
    group = factorize([f"g{name}" for name in np.repeat(np.arange(40), 3)])
    for seed in range(5):
        held, left = grouped_split(np.arange(120), 30, seed, "test", group)
        assert (len(held), len(left)) == (30, 90)


def test_the_smallest_group_is_held_out_if_every_group_has_more_than_the_wanted_rows():
    group = factorize(["a"] * 7 + ["b"] * 5 + ["c"] * 8)
    for seed in range(5):
        held, left = grouped_split(np.arange(20), 2, seed, "test", group)
        assert held.tolist() == list(range(7, 12))
        assert len(left) == 15


def test_training_rows_remain_even_if_almost_all_rows_are_to_be_held_out():
    group = factorize(["a", "a", "b"])
    for seed in range(5):
        held, left = grouped_split(np.arange(3), 2, seed, "test", group)
        assert sorted([*held, *left]) == [0, 1, 2]
        assert len(left)


def test_splitting_a_single_group_is_refused(tmp_path):
    with pytest.raises(ConfigError, match="all remaining rows are of the group 'g1', which cannot be on both"):
        check(config(tmp_path, group=np.ones(ROWS, int), train={"groups": "who"}, validation={"fraction": 0.3}))
    held = {"validation": {"fraction": 0.3}, "test": {"fraction": 0.3}}
    two = config(tmp_path, group=np.arange(ROWS) % 2, train={"groups": "who"}, **held)
    with pytest.raises(ConfigError, match=r"data\.validation: all remaining rows are of the group 'g[01]'"):
        check(two)


def test_the_group_column_is_not_an_input(tmp_path):
    values = {"train": {"groups": "who"}, "validation": {"fraction": 0.3}}
    assert load_config(config(tmp_path, **values)).session().preprocessing.feature_names == ("row",)
    with pytest.raises(ConfigError, match=r"train\.inputs: the column 'who' holds the groups and is not an input"):
        check(config(tmp_path, train={"groups": "who", "inputs": ["row", "who"]}, validation={"fraction": 0.3}))


@pytest.mark.parametrize("held", [{}, {"validation": {"fraction": 0.3}, "test": {"fraction": 0.2}}])
def test_a_missing_group_column_is_reported_once(tmp_path, held):
    with pytest.raises(ConfigError) as caught:
        check(config(tmp_path, train={"groups": "whom"}, **held))
    assert "data.train.groups: " in str(caught.value)
    assert "no column 'whom'; did you mean 'who'?" in str(caught.value)
    assert "1 problem in" in str(caught.value)


@pytest.mark.parametrize(("key", "value"), [("stratify", True), ("split", "tail")])
@pytest.mark.parametrize("part", ["validation", "test"])
def test_groups_conflict_with_other_kinds_of_splits(tmp_path, part, key, value):
    with pytest.raises(
        ConfigError, match=rf"data\.{part}\.{key}: {key} and data\.train\.groups cannot be used together"
    ):
        check(config(tmp_path, train={"groups": "who"}, **{part: {"fraction": 0.3, key: value}}))


def test_numbers_may_name_groups(tmp_path):
    table(tmp_path)
    text = (tmp_path / "rows.csv").read_text().replace(",g", ",")
    config_path = config(tmp_path, train={"groups": "who"}, validation={"fraction": 0.3})
    (tmp_path / "rows.csv").write_text(text)
    found = load_config(config_path).session()
    rows = [part.inputs[:, 0].astype(int) for part in (found.train, found.validation)]
    assert not names(rows[0]) & names(rows[1])


def test_groups_can_be_combined_with_selected_classes(tmp_path):
    train, validation, _ = grouped(
        tmp_path, train={"classes": ["low", "odd"]}, units=2, validation={"fraction": 0.3}, test={"fraction": 0.2}
    )
    assert {LABEL[row] for row in train + validation} == {"low", "odd"}
    assert not names(train) & names(validation)


def test_a_held_out_source_needs_no_groups(tmp_path):
    path = config(tmp_path, train={"groups": "who"}, validation={"path": "held.csv"}, test={"fraction": 0.2})
    (tmp_path / "held.csv").write_text("row,y\n3,low\n1,odd\n")
    found = load_config(path).session()
    assert found.validation.inputs[:, 0].tolist() == [3, 1]
    assert not names(found.train.inputs[:, 0].astype(int)) & names(found.test.inputs[:, 0].astype(int))


def arrays(folder, kind, groups=GROUP):
    """Write arrays with groups, and return the train section of a config that reads them."""
    x, y = np.stack([np.arange(ROWS), np.zeros(ROWS)], axis=1), LABEL
    if kind == "npz":
        np.savez(folder / "a.npz", x=x, y=y, who=groups)
        return {"path": "a.npz", "groups": "who"}
    for name, array in {"x": x, "y": y, "who": groups}.items():
        np.save(folder / f"{name}.npy", array)
    return {"inputs": "x.npy", "targets": "y.npy", "groups": "who.npy"}


def arrays_config(folder, source, **data):
    values = tiny.classifier(loss="cross_entropy", metrics=[], dtype="float64")
    values["data"] = {"train": source, "validation": {"fraction": 0.3}, "test": {"fraction": 0.2}, **data}
    values["model"] = [{"type": "dense", "units": 3}, "softmax"]
    return tiny.write(folder, values)


@pytest.mark.parametrize("kind", ["npz", "npy"])
@pytest.mark.parametrize("dtype", [int, float, "U2", "S2"])
def test_groups_of_arrays_are_not_split(tmp_path, kind, dtype):
    found = load_config(arrays_config(tmp_path, arrays(tmp_path, kind, GROUP.astype(dtype)))).session()
    rows = [part.inputs[:, 0].astype(int) for part in (found.train, found.validation, found.test)]
    assert_apart(rows)


def test_splits_of_arrays_and_tables_hold_out_the_same_groups(tmp_path):
    found = load_config(
        arrays_config(tmp_path, arrays(tmp_path, "npz", np.array([f"g{name}" for name in GROUP])))
    ).session()
    expected = grouped(tmp_path, validation={"fraction": 0.3}, test={"fraction": 0.2})
    assert [part.inputs[:, 0].astype(int).tolist() for part in (found.train, found.validation, found.test)] == expected


def test_a_missing_array_of_groups_is_refused_only_if_rows_are_split(tmp_path):
    source = arrays(tmp_path, "npz")
    with pytest.raises(ConfigError, match=r"data\.train\.groups: .*no array 'whom' of groups"):
        check(arrays_config(tmp_path, {**source, "groups": "whom"}))
    np.savez(tmp_path / "held.npz", x=np.ones((3, 2)), y=LABEL[:3])
    found = load_config(arrays_config(tmp_path, source, validation={"path": "held.npz"})).session()
    assert len(found.validation) == 3, "rows that are not split need no groups"


@pytest.mark.parametrize("kind", ["npz", "npy"])
def test_an_array_of_groups_of_another_length_is_refused(tmp_path, kind):
    source = arrays(tmp_path, kind, GROUP[:50])
    with pytest.raises(ConfigError, match=r"data\.train\.groups: .*: 50 rows, but .* has 120"):
        check(arrays_config(tmp_path, source))


def test_large_label_arrays_are_split_quickly():
    random = np.random.default_rng(0)
    label = random.integers(0, 100, 500_000)
    begun = time.perf_counter()
    texts = normalize_labels(label)
    held, left = stratified_split(np.arange(len(label)), 100_000, 0, "test", texts)
    counts = np.bincount(label[held])
    groups = normalize_labels(random.integers(0, 100_000, len(label)))
    sides = grouped_split(np.arange(len(label)), 100_000, 0, "test", groups)
    tail = tail_split(np.arange(len(label)), 100_000, "test")[0]
    assert time.perf_counter() - begun < 4, "the usual time is about 0.3 s"
    assert len(held) == len(sides[0]) == len(tail) == 100_000
    assert len(left) == 400_000
    np.testing.assert_allclose(counts, np.bincount(label) / 5, atol=1)


def test_stratified_split_ignores_labels_without_rows():
    held, _ = stratified_split(
        np.arange(6), 3, 0, "test", TextColumn(np.array([2, 0, 2, 0, 2, 0]), ("a", "b", "c", "d"))
    )
    assert len(held) == 3
