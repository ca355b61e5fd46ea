"""Sample weights and class weights are read, and errors name the key, row or column."""

from __future__ import annotations

import numpy as np
import pytest

from nncli.assemble.load_config import load_config
from nncli.core.errors import ConfigError, DataError
from nncli.data.rows import array_rows
from nncli.data.weights.class_weights import class_weights
from nncli.data.weights.sample_weights import cast_weights, validate_weights
from nncli.workflows.check import check
from tests.data.make_sources import rows
from tests.workflows import tiny


def table(folder, weights, name="a.csv"):
    """Write a table with a column of weights, and return the section of a config that reads it."""
    lines = [f"{row},{'ab'[row % 2]},{weight}" for row, weight in enumerate(weights)]
    (folder / name).write_text("\n".join(["x,y,w", *lines]) + "\n")
    return {"path": name, "targets": "y", "weights": "w"}


def arrays(folder, weights, kind="npz"):
    """Write arrays with weights, and return the section of a config that reads them."""
    found = {"x": np.arange(20.0).reshape(10, 2), "y": np.arange(10) % 2, "w": np.asarray(weights)}
    if kind == "npz":
        np.savez(folder / "a.npz", **found)
        return {"path": "a.npz", "weights": "w"}
    for name, array in found.items():
        np.save(folder / f"{name}.npy", array)
    return {"inputs": "x.npy", "targets": "y.npy", "weights": "w.npy"}


def config(folder, source, **data):
    values = tiny.classifier(metrics=[])
    values["data"] = {"train": source, **data}
    return tiny.write(folder, values)


def test_weights_are_read_in_row_order_and_are_not_inputs(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    weights = [0, 0.5, 1, 2.25, 1e3, 7, 1, 1, 1, 1]
    for source in (table(tmp_path, weights), arrays(tmp_path, weights), arrays(tmp_path, weights, "npy")):
        found = rows(**source)
        assert found.weights.tolist() == weights
        assert found.weights.dtype == np.float64
        assert found.take(np.array([4, 1])).weights.tolist() == [1e3, 0.5]
        assert rows(**source, with_targets=False).weights is None
    assert load_config(config(tmp_path, table(tmp_path, weights))).session().preprocessing.feature_names == ("x",)


@pytest.mark.parametrize("dtype", [np.bool_, np.uint8, np.int64, np.float32])
@pytest.mark.parametrize("shape", [(10,), (10, 1)])
def test_weights_may_have_any_numeric_dtype(tmp_path, monkeypatch, dtype, shape):
    monkeypatch.chdir(tmp_path)
    found = rows(**arrays(tmp_path, np.arange(10).astype(dtype).reshape(shape))).weights
    assert found.tolist() == np.arange(10).astype(dtype).astype(float).tolist()


def test_weights_stay_with_their_rows(tmp_path):
    values = config(
        tmp_path, table(tmp_path, range(1, 61)), validation={"fraction": 0.3}, test={"fraction": 0.2, "stratify": True}
    )
    found = load_config(values, ["dtype=float64"]).session()
    for part in (found.train, found.validation, found.test):
        assert (part.weights == part.inputs[:, 0] + 1).all()
        assert (part.metric_weights == part.weights).all()
        assert part.metric_weights.dtype == np.float64
    assert load_config(values).session().train.weights.dtype == np.float32


def test_weights_stay_with_rows_selected_by_class(tmp_path):
    text = "\n".join(["x,y,w", *(f"{row},{'abc'[row % 3]},{row + 1}" for row in range(30))])
    (tmp_path / "three.csv").write_text(text + "\n")
    source = {"path": "three.csv", "targets": "y", "weights": "w", "classes": ["c", "a"]}
    found = load_config(config(tmp_path, source), ["dtype=float64"]).session().train
    assert len(found) == 20
    assert (found.weights == found.inputs[:, 0] + 1).all()


@pytest.mark.parametrize(
    ("cell", "words"),
    [
        ("-1", "a.csv:5: weight: expected a number of at least 0; got -1"),
        ("nan", "got 'nan'"),
        ("inf", "got 'inf'"),
        ("", "a.csv:5: column 'w': the weight is blank; fill it or drop the row"),
        ("much", "'much'"),
    ],
)
def test_invalid_weights_in_a_table_are_refused(tmp_path, cell, words):
    source = table(tmp_path, [1, 1, 1, cell, 1, 1])
    with pytest.raises(ConfigError) as caught:
        check(config(tmp_path, source))
    assert "a.csv:5" in str(caught.value)
    assert words in str(caught.value)
    assert "data.train.weights: " in str(caught.value)


@pytest.mark.parametrize("kind", ["npz", "npy"])
@pytest.mark.parametrize(
    ("weights", "words"),
    [
        ([1, 1, -2] + [1] * 7, "row 2 (counted from 0): weight: expected a number of at least 0; got -2"),
        ([1, np.nan] + [1] * 8, "row 1 (counted from 0): weight: expected a number of at least 0; got nan"),
        ([np.inf] * 10, "row 0 (counted from 0)"),
        ([1] * 9, "expected one weight per row, a number of at least 0; got int64 of the shape (9,)"),
        (np.ones((10, 2)), "got float64 of the shape (10, 2)"),
        (["a"] * 10, "got <U1 of the shape (10,)"),
        ([0] * 10, "all weights are 0, so every row would be ignored"),
    ],
)
def test_invalid_weights_in_arrays_are_refused(tmp_path, kind, weights, words):
    source = arrays(tmp_path, weights, kind)
    with pytest.raises(ConfigError) as caught:
        check(config(tmp_path, source))
    assert words in str(caught.value)
    assert "data.train.weights: " in str(caught.value)


def test_a_weight_column_that_is_missing_or_has_another_role_is_refused(tmp_path):
    source = table(tmp_path, [1] * 10)
    for changes, words in (
        ({"weights": "ww"}, r"data\.train\.weights: .*no column 'ww'; did you mean 'w'\?"),
        ({"weights": "y"}, r"data\.train\.weights: the column 'y' is the target"),
        (
            {"inputs": ["x", "w"]},
            r"data\.train\.inputs: the column 'w' holds the weights and is not an input; remove it from inputs",
        ),
    ):
        with pytest.raises(ConfigError, match=words):
            check(config(tmp_path, {**source, **changes}))
    with pytest.raises(ConfigError, match=r"a\.npz: no array 'ww'; it holds x, y, w"):
        check(config(tmp_path, {**arrays(tmp_path, [1] * 10), "weights": "ww"}))


@pytest.mark.parametrize("part", ["validation", "test"])
def test_a_split_whose_weights_are_all_zero_is_reported_before_the_run(tmp_path, part):
    source = table(tmp_path, [1] * 20 + [0] * 20)
    held = {part: {"fraction": 0.5, "split": "tail"}}
    with pytest.raises(ConfigError, match=rf"data\.{part}: all rows have the weight 0, so every row would be ignored"):
        check(config(tmp_path, source, **held))
    source = table(tmp_path, [0] * 20 + [1] * 20)
    with pytest.raises(ConfigError, match=r"data\.train: all rows have the weight 0, so every row would be ignored"):
        check(config(tmp_path, source, **held))
    table(tmp_path, [0] * 5, "held.csv")
    with pytest.raises(ConfigError, match=rf"data\.{part}\.weights: .*held\.csv: all weights are 0, so every row"):
        check(config(tmp_path, source, **{part: {"path": "held.csv"}}))


@pytest.mark.parametrize(("weight", "size"), [(1e300, "large"), (1e-60, "small")])
def test_weights_that_do_not_fit_the_dtype_are_refused(tmp_path, weight, size):
    path = config(tmp_path, table(tmp_path, [weight] * 10))
    with pytest.raises(ConfigError, match=rf"data\.train: a weight of .* is too {size} for float32; scale the weights"):
        check(path)
    assert check(path, ["dtype=float64"])
    with pytest.raises(DataError, match="too large"):
        cast_weights(np.array([1.0, 1e39]), np.dtype(np.float32))
    assert cast_weights(np.array([1.0, 1e-60]), np.dtype(np.float32)).tolist() == [1, 0]


def test_class_weights_are_given_by_name_or_balanced():
    targets = np.array([0, 0, 0, 1, 2, 2])
    assert class_weights({"b": 3, "c": 0.5}, ("a", "b", "c"), targets) == (1.0, 3.0, 0.5)
    assert class_weights("balanced", ("a", "b", "c"), targets) == pytest.approx((6 / 9, 2, 1))
    assert class_weights("balanced", ("a", "b"), np.zeros(4, int)) == (0.5, 2.0), (
        "a class without rows also gets a weight"
    )


def with_class_weight(folder, value, **changes):
    values = tiny.classifier(metrics=[], **changes)
    values["training"]["class_weight"] = value
    return tiny.write(folder, values)


@pytest.mark.parametrize(
    ("value", "words"),
    [
        ({"lift": 2}, "training.class_weight.lift: no class 'lift'; did you mean 'left'? Known: left, right"),
        ({"left": 0}, "training.class_weight.left: expected a number above 0; got 0"),
        ({"left": -1}, "training.class_weight.left: expected a number above 0; got -1"),
        ({"left": "much"}, "training.class_weight.left: "),
        ("balance", "did you mean 'balanced'?"),
        (2, "training.class_weight: expected balanced or a mapping of names to numbers above 0"),
        ([1, 2], "training.class_weight: expected balanced or a mapping"),
    ],
)
def test_invalid_class_weights_are_refused(tmp_path, value, words):
    with pytest.raises(ConfigError) as caught:
        check(with_class_weight(tmp_path, value))
    assert words in str(caught.value)
    assert "1 problem in" in str(caught.value)


@pytest.mark.parametrize("value", ["balanced", {"left": 2}])
def test_class_weights_of_a_regression_are_refused(tmp_path, value):
    training = {"epochs": 1, "class_weight": value}
    path = tiny.write(tmp_path, tiny.regression(training=training))
    with pytest.raises(ConfigError, match=r"training\.class_weight: mean_squared_error learns numbers, not classes"):
        check(path)


def test_class_weights_may_be_keyed_by_integers(tmp_path):
    (tmp_path / "numbers.csv").write_text("x,y\n" + "".join(f"{row},{row % 2}\n" for row in range(20)))
    values = tiny.classifier(metrics=[])
    values["data"] = {"train": {"path": "numbers.csv", "targets": "y"}}
    path = tiny.write(tmp_path, values)
    for text in ("{0: 1, 1: 5}", '{"0": 1, "1": 5}', "{1: 5}"):
        assert load_config(path, [f"training.class_weight={text}"]).session().preprocessing.class_weights == (1.0, 5.0)
    with pytest.raises(ConfigError, match=r"training\.class_weight\.2: no class '2'"):
        check(path, ["training.class_weight={2: 5}"])


def test_balanced_class_weights_use_only_the_training_rows(tmp_path):
    (tmp_path / "rare.csv").write_text("x,y\n" + "".join(f"{row},{'ab'[row % 10 == 0]}\n" for row in range(100)))
    values = tiny.classifier(metrics=[])
    values["data"] = {
        "train": {"path": "rare.csv", "targets": "y"},
        "validation": {"fraction": 0.3, "split": "tail"},
    }
    values["training"]["class_weight"] = "balanced"
    path = tiny.write(tmp_path, values)
    assert load_config(path, ["data.train.classes=[b, a]"]).session().preprocessing.class_weights == (5.0, 70 / 126)
    values["data"]["train"]["classes"] = ["a", "b"]
    found = load_config(tiny.write(tmp_path, values)).session()
    assert found.preprocessing.class_weights == (70 / 126, 5.0)
    for part in (found.train, found.validation):
        np.testing.assert_allclose(part.weights, np.where(part.targets[:, 0] == 1, 5, 70 / 126), rtol=1e-6)
        assert part.metric_weights is None


def test_class_weights_and_sample_weights_are_multiplied(tmp_path):
    values = tiny.classifier(metrics=[], dtype="float64")
    values["data"] = {"train": table(tmp_path, range(10))}
    values["training"]["class_weight"] = {"b": 4}
    found = load_config(tiny.write(tmp_path, values)).session().train
    assert found.weights.tolist() == [row * (4 if row % 2 else 1) for row in range(10)]
    assert found.metric_weights.tolist() == list(range(10))


def test_the_error_for_an_invalid_weight_names_its_row():
    given = array_rows(np.zeros((3, 2)), np.zeros(3), "x", "y", "y")
    with pytest.raises(DataError, match=r"x: row 1 \(counted from 0\): weight: .* got -3"):
        validate_weights(np.array([1, -3, -4]), given)
    with pytest.raises(DataError, match=r"x: row 1 \(counted from 0\)"):
        validate_weights(np.array([-3.0, 1]), given.take(np.array([1, 2])))
