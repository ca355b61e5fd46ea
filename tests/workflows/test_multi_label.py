"""Test multi-label targets from training to prediction: tables, arrays, lists of images, and Python."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from typer.testing import CliRunner

import nncli
from nncli.cli.app import command_line
from nncli.core.errors import CheckpointError, ConfigError, DataError, ShapeError, StoppedError
from nncli.data.preprocessing import Preprocessing
from nncli.runs import checkpoint
from nncli.workflows.check import check
from nncli.workflows.evaluate import evaluate
from nncli.workflows.inspect import inspect
from nncli.workflows.predict import predict
from nncli.workflows.repro import repro
from nncli.workflows.resume import resume
from nncli.workflows.train import train
from tests.reliability.forge import members, write
from tests.workflows import tiny
from tests.workflows.test_resume import same, stopping_at

POINTS = np.random.default_rng(6).normal(size=(60, 2)).round(3)
ACTUAL = np.stack((POINTS[:, 0] > 0, POINTS[:, 1] > 0.3, POINTS.sum(axis=1) < 0), axis=1)
NAMES = ["right", "high", "far"]
LAYERS = [{"type": "dense", "units": 4}, "tanh", {"type": "dense", "units": 3}, "sigmoid"]
METRICS = ["accuracy", "f1", "roc_auc"]


def values(**changes):
    """Return a config for the table."""
    return tiny.classifier(
        **{
            "data": {
                "train": {"path": "weather.csv", "targets": NAMES},
                "validation": {"fraction": 0.2},
                "test": {"fraction": 0.2},
            },
            "model": LAYERS,
            "metrics": METRICS,
            "training": {"epochs": 2, "batch_size": 16},
            **changes,
        }
    )


def config(name="config.yaml", **changes):
    return tiny.write(Path(), values(**changes), name)


def problem_lines(**changes):
    """Return the problems of a config, without file name, line and column."""
    with pytest.raises(ConfigError) as caught:
        check(config(**changes))
    return [line.split(" ", 1)[1] for line in str(caught.value).splitlines()[:-1]]


def data(train, **others):
    """Return a change of the config that replaces its data."""
    return {"data": {"train": train, **others}}


@pytest.fixture(autouse=True)
def _inside(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    table()


def table(name="weather.csv", **cells):
    """Write a table whose labels are 0 and 1 or false and true; an argument _ROW_COLUMN replaces the text of a cell."""
    lines = [
        [str(a), str(b), str(int(r)), str(bool(h)).lower(), str(int(f))]
        for (a, b), (r, h, f) in zip(POINTS, ACTUAL, strict=True)
    ]
    for place, text in cells.items():
        row, column = place.strip("_").split("_")
        lines[int(row)][int(column)] = text
    Path(name).write_text("\n".join(",".join(line) for line in [["a", "b", *NAMES], *lines]) + "\n")


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    """Train the config and return the run directory."""
    folder = tmp_path_factory.mktemp("labels")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        table()
        return train(config(), run_dir=str(folder / "run")).path


def test_predictions_have_a_column_per_label(run):
    found = predict(run, "weather.csv")
    assert found.header == NAMES
    p = np.array(list(found.table()))
    assert p.shape == (60, 3)
    assert ((p > 0) & (p < 1)).all()
    assert np.abs(p.sum(axis=1) - 1).max() > 0.1
    found.write("p.npy")
    np.testing.assert_array_equal(np.load("p.npy"), p.astype(np.float32))
    found.write("p.json")
    assert json.loads(Path("p.json").read_text())[3] == dict(zip(NAMES, p[3], strict=True))


def test_classes_are_0_or_1_per_label(run):
    p = np.concatenate(list(predict(run, "weather.csv").arrays()))
    found = predict(run, "weather.csv", classes=True, batch_size=7)
    assert (found.header, list(found.table())) == (NAMES, (p > 0.5).astype(int).tolist())
    found.write("c.csv")
    assert Path("c.csv").read_text().splitlines()[:2] == ["right,high,far", ",".join(map(str, (p[0] > 0.5) * 1))]
    found.write("c.npy")
    np.testing.assert_array_equal(np.load("c.npy"), p > 0.5)
    found.write("c.json")
    assert json.loads(Path("c.json").read_text())[0] == dict(zip(NAMES, (p[0] > 0.5).tolist(), strict=True))


def test_evaluate_computes_loss_and_metrics_per_label(run):
    p = np.concatenate(list(predict(run, "weather.csv").arrays())).astype(float)
    found = evaluate(run, "weather.csv", metrics=["{type: f1, average: micro}"])
    assert list(found.results) == ["loss", *METRICS, "f1_micro"]
    assert found.results["loss"] == pytest.approx(-np.log(np.where(ACTUAL, p, 1 - p)).mean(), rel=1e-5)
    correct = (p > 0.5) == ACTUAL
    assert found.results["accuracy"] == pytest.approx(correct.mean())
    both, either = ((p > 0.5) & ACTUAL).sum(axis=0), (p > 0.5).sum(axis=0) + ACTUAL.sum(axis=0)
    assert found.results["f1"] == pytest.approx((2 * both / either).mean())
    assert found.results["f1_micro"] == pytest.approx(2 * both.sum() / either.sum())
    flat = found.flat()
    assert [flat[f"support.{name}"] for name in NAMES] == ACTUAL.sum(axis=0).tolist()
    assert [flat[f"f1.{name}"] for name in NAMES] == pytest.approx((2 * both / either).tolist())
    assert [flat[f"recall.{name}"] for name in NAMES] == pytest.approx((both / ACTUAL.sum(axis=0)).tolist())
    assert not any(key.startswith(("confusion", "residual")) for key in flat)
    assert evaluate(run).rows == 12


def test_the_commands_print_the_labels(run):
    app, runner = command_line([]), CliRunner()
    shown = runner.invoke(app, ["evaluate", run]).stdout
    assert " label   precision   recall" in shown
    assert "predicted" not in shown
    assert "labels     right, high, far" in runner.invoke(app, ["inspect", run]).stdout
    assert runner.invoke(app, ["predict", run, "weather.csv", "--classes"]).stdout.startswith("right,high,far\n")


def test_the_checkpoint_stores_that_targets_are_multi_label(run):
    described = inspect(run)
    assert (described["class_names"], described["target_names"]) == (None, NAMES)
    stored = described["preprocessing"]
    assert (stored["several_labels"], stored["target_shape"], stored["classes"]) == (True, [3], None)
    assert Preprocessing.restore(stored).task.is_multi_label
    del stored["several_labels"]  # versions without multi-label targets did not store this key
    assert not Preprocessing.restore(stored).task.is_multi_label


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"several_labels": "yes"}, "several_labels is 'yes'"),
        ({"classes": ["a", "b", "c"]}, "several_labels of the preprocessing do not fit"),
        ({"target_shape": [2]}, "target_shape of the preprocessing do not fit"),
    ],
)
def test_invalid_stored_preprocessing_is_rejected(run, change, message):
    parts = members(Path(run, "checkpoints", "best.npz"))
    meta = json.loads(parts.pop("meta.json"))
    meta["preprocessing"] |= change
    write("forged.npz", meta, parts)
    with pytest.raises(CheckpointError, match=message):
        predict("forged.npz", "weather.csv")


def test_a_checkpoint_with_another_loss_is_rejected(run):
    parts = members(Path(run, "checkpoints", "best.npz"))
    meta = json.loads(parts.pop("meta.json"))
    meta["config"]["loss"] = {"type": "mean_squared_error"}
    write("forged.npz", meta, parts)
    with pytest.raises(CheckpointError, match="cannot train a multi-label model"):
        evaluate("forged.npz", "weather.csv")


def test_resuming_gives_the_same_bits(run):
    with pytest.raises(StoppedError):
        train(config(), run_dir="stopped", listener=stopping_at(3))
    resume("stopped")
    uninterrupted = train(config(), run_dir="uninterrupted").path
    assert same("stopped", uninterrupted)
    assert repro(uninterrupted).same


def test_arrays_give_the_same_results_as_the_table(run):
    np.savez("weather.npz", x=POINTS, y=ACTUAL)
    changes = data({"path": "weather.npz"}, **{key: values()["data"][key] for key in ("validation", "test")})
    other = train(config(**changes), run_dir="arrays").path
    first, second = (checkpoint.load(f"{path}/checkpoints/best.npz")[1] for path in (run, other))
    assert {name: array.tobytes() for name, array in first.items()} == {
        name: array.tobytes() for name, array in second.items()
    }
    assert predict(other, "weather.npz").header == ["y_0", "y_1", "y_2"]
    assert evaluate(other, "weather.npz").results == evaluate(run, "weather.csv").results


def test_rows_with_unsuitable_labels_are_rejected(run):
    with pytest.raises(ShapeError, match=r"expected 3 labels per row \(right, high, far\); got 2"):
        evaluate(run, "{path: weather.csv, targets: [right, far]}")
    table("later.csv", _4_3="2")
    with pytest.raises(DataError, match=r"later.csv:6: label 'high': expected 0 or 1; got '2'"):
        evaluate(run, "later.csv")
    with pytest.raises(CheckpointError, match="a multi-label model, which has no classes"):
        nncli.Model.load(run).predict_classes(POINTS)


def test_one_hot_targets_with_one_unit_are_two_classes():
    x, y = POINTS, np.eye(2, dtype=int)[(POINTS[:, 0] > 0) * 1]
    np.savez("one.npz", x=x, y=y)
    model = [{"type": "dense", "units": 1}, "sigmoid"]
    one = train(config(**data({"path": "one.npz"}), model=model, metrics=["accuracy"]), run_dir="one").path
    assert inspect(one)["class_names"] == ["0", "1"]
    model = [{"type": "dense", "units": 2}, "sigmoid"]
    two = train(config(**data({"path": "one.npz"}), model=model, metrics=["accuracy"]), run_dir="two").path
    assert inspect(two)["class_names"] is None
    model = [{"type": "dense", "units": 1}, {"type": "sigmoid", "slope": 1}]  # sigmoid has no slope
    problems = problem_lines(**data({"path": "one.npz"}), model=model, metrics=["log_loss"])
    assert problems == ["model.1.slope: unknown key 'slope' for sigmoid, which has no keys"]
    np.savez("three.npz", x=x[:3], y=np.eye(3))
    model = [{"type": "dense", "units": 1}, "sigmoid"]
    assert problem_lines(**data({"path": "three.npz"}), model=model)[0].startswith(
        "model.0: 3 classes, but 1 unit can only tell 2"
    )


def test_a_single_column_is_not_multi_label():
    for target in ("right", ["right"]):
        assert problem_lines(**data({"path": "weather.csv", "targets": target})) == [
            "loss: binary_cross_entropy wants 1 unit at the end; the model gives (3,); use cross_entropy"
        ]


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"model": [{"type": "dense", "units": 1}, "sigmoid"]}, "model.0: 3 labels, 1 unit; write units: 3"),
        ({"model": [{"type": "dense", "units": 2}, "sigmoid"]}, "model.0: 3 labels, 2 units; write units: 3"),
        (
            {"model": [{"type": "dense", "units": 3}, "softmax"]},
            "loss: binary_cross_entropy wants an independent probability for each label, but those of softmax sum to 1"
            "; put sigmoid in its place",
        ),
        (
            {"model": [{"type": "dense", "units": 3}, "relu"]},
            "loss: binary_cross_entropy wants probabilities, but the model ends in relu; put sigmoid in its place",
        ),
        (
            {"loss": {"type": "bce", "positive_weight": [1, 2]}},
            "loss.positive_weight: expected one number, or one for each of 3 labels; got 2 numbers",
        ),
        (
            {"loss": {"type": "bce", "pos_weight": 2}},
            "loss.pos_weight: unknown key 'pos_weight' for binary_cross_entropy: it is called positive_weight",
        ),
        (
            {"metrics": ["log_loss"]},
            "metrics.0: log_loss measures class labels, but binary_cross_entropy learns multi-label targets; these "
            "are measured by accuracy, average_precision, f1, precision, recall, roc_auc",
        ),
        (
            {"metrics": [{"type": "recall", "average": "binary"}]},
            "metrics.0: average: binary is for 2 classes, not for multi-label targets; write macro, weighted or micro",
        ),
        (
            {"training": {"class_weight": "balanced"}},
            "training.class_weight: binary_cross_entropy learns multi-label targets, not classes; drop this key, or "
            "give the loss a positive_weight",
        ),
        (
            data({"path": "weather.csv", "targets": NAMES}, scale_targets="standard"),
            "data.scale_targets: binary_cross_entropy learns multi-label targets, which have no scale; drop this key",
        ),
        (
            data({"path": "weather.csv", "targets": NAMES, "classes": ["0", "1"]}),
            "data.train.classes: binary_cross_entropy learns multi-label targets, not classes; drop this key",
        ),
        (
            data({"path": "weather.csv", "targets": NAMES}, validation={"fraction": 0.2, "stratify": True}),
            "data.validation.stratify: stratify wants one class label per row, but this loss learns multi-label "
            "targets",
        ),
    ],
    ids=lambda value: value.split(":")[0] if isinstance(value, str) else "",
)
def test_unsuitable_settings_are_located(changes, message):
    assert problem_lines(**changes) == [message]


def test_the_first_invalid_label_is_reported():
    table(_7_4="3")
    assert problem_lines() == [f"data.train.targets: {Path.cwd()}/weather.csv:9: label 'far': expected 0 or 1; got '3'"]
    table()
    table("held.csv", _2_3="perhaps")
    held = data({"path": "weather.csv", "targets": NAMES}, validation={"path": "held.csv"})
    assert problem_lines(**held) == [
        f"data.validation.targets: {Path.cwd()}/held.csv:4: label 'high': expected 0 or 1; got 'perhaps'"
    ]


def test_check_reads_a_sample_of_a_large_array_but_all_of_its_labels(monkeypatch):
    monkeypatch.setattr("nncli.data.sources.arrays.MIN_PREVIEW_BYTES", 0)
    x, y = np.zeros((3000, 2)) + np.arange(3000)[:, None], np.arange(6000).reshape(3000, 2) % 2
    np.savez("large.npz", x=x, y=y)
    changes = {**data({"path": "large.npz"}), "model": [{"type": "dense", "units": 2}, "sigmoid"]}
    assert check(config(**changes)).rows_read is not None
    y[2777, 1] = 7
    np.savez("large.npz", x=x, y=y)
    assert "row 2777, column 1 (counted from 0): label 'y_1': expected 0 or 1; got 7" in problem_lines(**changes)[0]


def test_images_listed_in_a_table_can_be_multi_label():
    lines = ["file,light,square"]
    for number in range(12):
        light, square = number % 2, number // 2 % 2
        Image.fromarray(np.full((4, 4), 200 * light + 20 * square, np.uint8)).save(f"{number}.png")
        lines.append(f"{number}.png,{light},{square}")
    Path("list.csv").write_text("\n".join(lines) + "\n")
    model = [{"type": "conv2d", "filters": 2, "kernel_size": 4}, "flatten", "sigmoid"]  # the model has 2 outputs
    train_source = {"path": "list.csv", "images": "file", "targets": ["light", "square"]}
    run_dir = train(config(**data(train_source), model=model, metrics=["accuracy"]), run_dir="images").path
    assert predict(run_dir, "0.png").header == ["file", "light", "square"]
    assert problem_lines(**data({**train_source, "targets": ["light", "light"]}), model=model) == [
        "data.train.targets: the column 'light' is listed twice"
    ]


def test_a_python_model_learns_multi_label_targets():
    model = nncli.Model(LAYERS, "bce", {"type": "adam", "learning_rate": 0.05}, metrics=["accuracy"])
    model.train(POINTS, ACTUAL, epochs=2, validation_data=(POINTS[:9], ACTUAL[:9].astype(int)), verbose=False)
    more = model.train(POINTS, ACTUAL.tolist(), epochs=20, verbose=False)
    assert more[-1]["train_accuracy"] > 0.8
    p = model.predict(POINTS)
    np.testing.assert_array_equal(model.predict_labels(POINTS), p > 0.5)
    assert model.evaluate(POINTS, ACTUAL)["accuracy"] == pytest.approx(((p > 0.5) == ACTUAL).mean())
    model.save("model.npz")
    loaded = nncli.Model.load("model.npz")
    np.testing.assert_array_equal(loaded.predict(POINTS), p)
    loaded.train(POINTS, ACTUAL, epochs=1, verbose=False)
    with pytest.raises(CheckpointError, match="a multi-label model, which has no classes"):
        model.predict_classes(POINTS)
    with pytest.raises(DataError, match=r"targets: row 0, column 1 .*: label 'target_1': expected 0 or 1; got 5"):
        model.train(POINTS, np.full((60, 3), (0, 5, 0)), verbose=False)
    with pytest.raises(ConfigError, match="class_weight: binary_cross_entropy learns multi-label targets"):
        model.train(POINTS, ACTUAL, class_weight="balanced", verbose=False)
    one = nncli.Model([{"type": "dense", "units": 1}, "sigmoid"], "bce")
    one.train(POINTS, ACTUAL[:, 0], epochs=1, verbose=False)
    with pytest.raises(CheckpointError, match="not a multi-label model"):
        one.predict_labels(POINTS)


def test_a_larger_positive_weight_raises_the_probability_of_its_label():
    counts = {}
    for weight in (0.1, (10.0, 0.1, 0.1)):
        model = nncli.Model(LAYERS, {"type": "bce", "positive_weight": weight}, {"type": "adam", "learning_rate": 0.05})
        model.train(POINTS, ACTUAL, epochs=15, verbose=False)
        counts[weight] = model.predict(POINTS).mean(axis=0)
    few, many = counts.values()
    assert many[0] > 0.5 > few[0]
    assert max(many[1:]) < 0.5
