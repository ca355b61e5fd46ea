"""Test weights of rows and classes in losses, metrics, resuming and evaluation."""

from __future__ import annotations

import csv
import json
import os
from pathlib import Path

import numpy as np
import pytest

import nncli
from nncli.core.errors import ConfigError, DataError, RunError, StoppedError
from nncli.workflows.evaluate import evaluate
from nncli.workflows.predict import predict
from nncli.workflows.resume import resume
from nncli.workflows.train import train
from tests.contracts.table import METRIC_ROWS
from tests.workflows import tiny
from tests.workflows.test_resume import same, stopping_at
from tests.workflows.test_train import members, rows

RANDOM = np.random.default_rng(6)
POINTS = RANDOM.normal(size=(60, 2)).round(4)
WEIGHTS = RANDOM.integers(0, 4, 60) + 0.0
WEIGHTS[:3] = (1, 2, 3)
SIDE = np.array(["left", "right"])[(POINTS[:, 0] + RANDOM.normal(size=60) * 0.7 > 0.5).astype(int)]
PRICE = 5000 + 300 * POINTS[:, 0] - 100 * POINTS[:, 1] + 50 * RANDOM.normal(size=60)


@pytest.fixture(autouse=True)
def _inside(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


def table(name, indices, targets=SIDE, weights=WEIGHTS):
    """Write a table with the rows of these indices."""
    lines = [f"{POINTS[row, 0]},{POINTS[row, 1]},{targets[row]},{weights[row]}" for row in indices]
    Path(name).write_text("\n".join(["a,b,y,w", *lines]) + "\n")
    return name


def weighted(maker=tiny.classifier, targets=SIDE, weights=WEIGHTS, *, named=True, **changes):
    """Write three tables with weights, and return a config for them; it uses the weights only if `named` is true."""
    for name, start, stop in (("train", 0, 30), ("validation", 30, 45), ("test", 45, 60)):
        table(f"{name}.csv", range(start, stop), targets, weights)
    values = maker(**changes)
    source = {"path": "train.csv", "targets": "y", "inputs": ["a", "b"], **({"weights": "w"} if named else {})}
    values["data"] |= {"train": source, "validation": {"path": "validation.csv"}, "test": {"path": "test.csv"}}
    values["training"] = {"epochs": 3, "batch_size": 10, **changes.get("training", {})}
    return values


def train_config(values, name="run", settings=()):
    """Train a config and return its run directory."""
    return train(tiny.write(Path(), values, f"{name}.yaml"), settings, run_dir=name).path


def measured(run):
    """Return the values of test.json without the epoch."""
    found = json.loads(Path(run, "test.json").read_text())
    return {name: value for name, value in found.items() if name != "epoch"}


def predicted(run, source, checkpoint="last"):
    """Return predictions in original units."""
    return np.concatenate(list(predict(f"{run}/checkpoints/{checkpoint}.npz", source).arrays()))


def test_integer_weights_equal_repeated_rows():
    training = {"batch_size": 200, "shuffle": False, "epochs": 5}
    common = {"dtype": "float64", "metrics": ["accuracy", "f1", "roc_auc", "log_loss"], "training": training}
    values = weighted(**common)
    values["data"]["scale_inputs"] = "none"  # because scaling ignores weights
    run = train_config(values)
    repeated_rows = np.repeat(np.arange(60), WEIGHTS.astype(int))
    for name, start, stop in (("train", 0, 30), ("validation", 30, 45), ("test", 45, 60)):
        table(f"{name}-repeated.csv", [row for row in repeated_rows if start <= row < stop])
    repeated = weighted(named=False, **common)
    repeated["data"] |= {"scale_inputs": "none", "validation": {"path": "validation-repeated.csv"}}
    repeated["data"]["train"]["path"], repeated["data"]["test"] = "train-repeated.csv", {"path": "test-repeated.csv"}
    other = train_config(repeated, "other")
    for one, two in zip(rows(run), rows(other), strict=True):
        assert {name: float(value) for name, value in one.items()} == pytest.approx(
            {name: float(value) for name, value in two.items()}, rel=1e-9
        )
    assert measured(run) == pytest.approx(measured(other), rel=1e-9)
    np.testing.assert_allclose(predicted(run, "test.csv"), predicted(other, "test.csv"), rtol=1e-9)


def metric_cases(kind):
    """Return all test cases of metrics for a kind of target: numbers, or labels of two or three classes."""
    of_numbers = {"numbers": {"mae", "rmse", "r2", "mape", "median_absolute_error"}}.get(kind)
    cases = {
        str(case.config): case
        for name, found in METRIC_ROWS.items()
        for case in found
        if (name in of_numbers if of_numbers else name not in {"mae", "rmse", "r2", "mape", "median_absolute_error"})
        and not (kind == "three" and case.config.get("average") == "binary")
        and not case.labels
    }
    return list(cases.values())


@pytest.mark.parametrize("kind", ["numbers", "two", "three"])
def test_weighted_metrics_match_their_definitions(kind):
    cases = metric_cases(kind)
    metrics = [case.config for case in cases]
    if kind == "numbers":
        targets = PRICE
        values = weighted(tiny.regression, PRICE, metrics=metrics)
    elif kind == "two":
        targets, values = (SIDE == "right") * 1, weighted(metrics=metrics)
    else:
        names = np.array(["down", "left", "right"])
        targets = np.digitize(POINTS[:, 0] + POINTS[:, 1], [-0.5, 0.5])
        values = weighted(targets=names[targets], metrics=metrics, loss="cross_entropy")
        values["model"] = [{"type": "dense", "units": 3}, "softmax"]
    run = train_config(values)
    columns = [name for name in rows(run)[0] if name.startswith("val_") and name != "val_loss"]
    assert len(columns) == len(cases)
    for source, part, found in (
        ("validation.csv", slice(30, 45), [float(rows(run)[-1][name]) for name in columns]),
        ("test.csv", slice(45, 60), None),
    ):
        checkpoint = "last" if found else "best"
        prediction = predicted(run, source, checkpoint).astype(float)
        found = found or list(measured(run).values())[1:]
        for case, value in zip(cases, found, strict=True):
            expected = case.oracle(prediction, targets[part, None] if kind != "three" else targets[part], WEIGHTS[part])
            assert value == pytest.approx(expected, rel=1e-4, abs=1e-6), case.config


def losses_of(probability, side):
    """Return the negative log-likelihood of the true class."""
    return -np.log(np.where(side == "right", probability, 1 - probability))


@pytest.mark.parametrize("with_rows", [False, True], ids=["class weights", "class and row weights"])
def test_losses_use_class_weights_but_metrics_do_not(with_rows):
    training = {"class_weight": {"left": 0.5, "right": 4}}
    run = train_config(weighted(training=training, metrics=["accuracy", "log_loss"], named=with_rows))
    row_weights = WEIGHTS if with_rows else np.ones(60)
    for source, part, found in (
        (
            "validation.csv",
            slice(30, 45),
            {name[4:]: float(value) for name, value in rows(run)[-1].items() if "val" in name},
        ),
        ("test.csv", slice(45, 60), measured(run)),
    ):
        probability = predicted(run, source, "last" if source == "validation.csv" else "best").astype(float)[:, 0]
        side, weight = SIDE[part], row_weights[part]
        losses = losses_of(probability, side)
        loss_weights = weight * np.where(side == "right", 4, 0.5)
        assert found["loss"] == pytest.approx(np.average(losses, weights=loss_weights), rel=1e-4)
        assert found["log_loss"] == pytest.approx(np.average(losses, weights=weight), rel=1e-4)
        assert found["accuracy"] == pytest.approx(np.average((probability > 0.5) == (side == "right"), weights=weight))
        assert found["loss"] != pytest.approx(found["log_loss"], rel=1e-3)


def test_the_training_loss_uses_row_and_class_weights():
    training = {"class_weight": {"left": 0.5, "right": 4}, "batch_size": 200, "epochs": 1}
    values = weighted(training=training, metrics=["log_loss"], optimizer={"type": "sgd", "learning_rate": 1e-12})
    (record,) = rows(train_config(values))
    losses = losses_of(predicted("run", "train.csv").astype(float)[:, 0], SIDE[:30])
    loss_weights = WEIGHTS[:30] * np.where(SIDE[:30] == "right", 4, 0.5)
    assert float(record["train_loss"]) == pytest.approx(np.average(losses, weights=loss_weights), rel=1e-4)
    assert float(record["train_log_loss"]) == pytest.approx(np.average(losses, weights=WEIGHTS[:30]), rel=1e-4)


def test_balanced_class_weights_equal_row_weights():
    counts = {side: int((SIDE[:30] == side).sum()) for side in ("left", "right")}
    assert counts["left"] != counts["right"]
    by_hand = np.array([30 / (2 * counts[side]) for side in SIDE.tolist()])
    run = train_config(weighted(weights=by_hand, metrics=[]), "by-hand")
    balanced = train_config(weighted(named=False, metrics=[], training={"class_weight": "balanced"}), "balanced")
    named = {"class_weight": {side: 30 / (2 * count) for side, count in counts.items()}}
    mapped = train_config(weighted(named=False, metrics=[], training=named), "mapped")
    assert rows(run) == rows(balanced) == rows(mapped)
    assert members(f"{run}/checkpoints/last.npz") == members(f"{balanced}/checkpoints/last.npz")
    assert measured(run) == measured(balanced)
    plain = train_config(weighted(named=False, metrics=[]), "plain")
    assert rows(plain) != rows(run)


def images(*, weights=True, **training):
    """Write weighted images and return a config for them; its batches are computed in shards.

    The config uses the weights only if `weights` is true.
    """
    found = tiny.bars(40)
    values = tiny.convolutional(metrics=["accuracy", {"type": "f1", "average": "macro"}, "roc_auc"])
    np.savez("weighted.npz", **found, w=np.arange(40) % 4 * 0.75)
    values["data"]["train"] = {"path": "weighted.npz", **({"weights": "w"} if weights else {})}
    values["training"] |= training
    return values


def test_images_can_have_weights_even_if_all_weights_of_a_batch_are_0():
    run = train_config(images(class_weight="balanced", batch_size=1))
    assert all(np.isfinite(float(value)) for row in rows(run) for value in row.values())
    assert rows(run) != rows(train_config(images(weights=False, batch_size=1), "plain"))


@pytest.mark.parametrize(("kind", "step"), [("table", 1), ("table", 3), ("table", 5), ("images", 1), ("images", 3)])
def test_a_weighted_run_can_be_resumed(kind, step):
    metrics = ["roc_auc", "f1", {"type": "f1", "average": "macro"}, "accuracy"]
    training = {"class_weight": "balanced", "epochs": 3}
    values = images(class_weight={"flat": 3}) if kind == "images" else weighted(metrics=metrics, training=training)
    config = tiny.write(Path(), values)
    train(config, run_dir="uninterrupted")
    with pytest.raises(StoppedError):
        train(config, run_dir="run", listener=stopping_at(step))
    resume("run")
    assert same("run", "uninterrupted")


def test_changed_weights_are_rejected_on_resume():
    config = tiny.write(Path(), weighted(training={"class_weight": "balanced"}))
    with pytest.raises(StoppedError):
        train(config, run_dir="run", listener=stopping_at(2))
    for setting in ("training.class_weight={right: 3}", "training.class_weight=null", "data.train.weights=null"):
        with pytest.raises(RunError, match=r"class_weight|weights"):
            resume("run", [setting])


@pytest.mark.parametrize("kind", ["table", "images"])
def test_evaluate_uses_the_weights_of_the_run(kind):
    training = {"class_weight": "balanced"}
    values = images(**training) if kind == "images" else weighted(training=training, metrics=["accuracy", "roc_auc"])
    run = train_config(values)
    found = evaluate(run)
    if kind == "table":
        assert found.results == measured(run)
        assert evaluate(run, "test.csv").results == found.results
        assert evaluate(run, "{path: test.csv, targets: y, weights: w}").results == found.results
        assert evaluate(run, "{path: test.csv}").results == found.results
        unweighted = evaluate(run, "{path: test.csv, weights: null}").results
        assert unweighted["loss"] != pytest.approx(found.results["loss"], rel=1e-3)
    else:
        epoch = min(rows(run), key=lambda row: float(row["val_loss"]))
        assert {name: float(epoch[f"val_{name}"]) for name in found.results} == found.results


def test_predict_needs_no_weights():
    run = train_config(weighted())
    expected = predicted(run, "test.csv")
    with open("test.csv", newline="") as file:
        lines = [row[:2] for row in csv.reader(file)]
    Path("bare.csv").write_text("".join(f"{a},{b}\n" for a, b in lines))
    assert (predicted(run, "bare.csv") == expected).all()


def test_the_constant_baseline_uses_weights():
    weights = np.where(SIDE == "right", 0.001, 1.0)
    values = weighted(weights=weights, optimizer={"type": "sgd", "learning_rate": 1e-9})
    notes = []
    train(tiny.write(Path(), values), run_dir="run", listener=notes.append)
    assert "the loss of the best constant prediction" in notes[-1].note, (
        "the constant prediction is correct for rows that have nearly all of the total weight"
    )


def test_weights_and_class_weights_are_in_the_resolved_config():
    run = train_config(weighted(training={"class_weight": {"left": 2}}))
    again = train(os.path.join(run, "resolved.yaml"), run_dir="again").path
    assert rows(run) == rows(again)
    assert "class_weight" in Path(run, "resolved.yaml").read_text()


X, Y = RANDOM.normal(size=(30, 2)), np.array(["no", "yes"])[(np.arange(30) % 3 == 0).astype(int)]


def model():
    return nncli.Model([{"type": "dense", "units": 1}, "sigmoid"], "binary_cross_entropy", metrics=["log_loss"])


def test_the_python_model_accepts_row_weights():
    weights = np.arange(len(X)) % 4
    one, other = model(), model()
    one.train(X, Y, epochs=3, batch_size=len(X), verbose=False, weights=weights)
    other.train(np.repeat(X, weights, axis=0), np.repeat(Y, weights), epochs=3, batch_size=1000, verbose=False)
    for name, weight in one.weights.items():
        np.testing.assert_allclose(weight, other.weights[name], rtol=1e-3, atol=1e-5)
    losses = losses_of(one.predict(X).astype(float)[:, 0], np.where(Y == "yes", "right", "left"))
    found = one.evaluate(X, Y, weights=weights)
    assert found["loss"] == pytest.approx(np.average(losses, weights=weights), rel=1e-4)
    with pytest.raises(DataError, match="expected one weight per row"):
        one.train(X, Y, weights=weights[:-1])


def test_the_python_model_accepts_class_weights():
    classifier = model()
    classifier.train(X, Y, epochs=1, verbose=False, class_weight="balanced")
    found = classifier.evaluate(X, Y)
    losses = losses_of(classifier.predict(X).astype(float)[:, 0], np.where(Y == "yes", "right", "left"))
    assert found["loss"] == pytest.approx(np.average(losses, weights=np.where(Y == "yes", 1.5, 0.75)), rel=1e-4)
    assert found["log_loss"] == pytest.approx(losses.mean(), rel=1e-4)


def test_each_training_of_a_python_model_has_its_own_class_weights(tmp_path):
    classifier = model()
    classifier.train(X, Y, epochs=1, verbose=False)
    assert classifier.evaluate(X, Y)["loss"] == pytest.approx(classifier.evaluate(X, Y)["log_loss"], rel=1e-4)
    classifier.train(X, Y, epochs=1, verbose=False, class_weight={"yes": 20})
    assert classifier.evaluate(X, Y)["loss"] != pytest.approx(classifier.evaluate(X, Y)["log_loss"], rel=1e-2)
    classifier.save(tmp_path / "m.npz")
    loaded = nncli.Model.load(tmp_path / "m.npz")
    assert loaded.evaluate(X, Y) == classifier.evaluate(X, Y)
    with pytest.raises(ConfigError, match="no class 'yse'; did you mean 'yes'"):
        loaded.train(X, Y, epochs=1, verbose=False, class_weight={"yse": 20})
    loaded.train(X, Y, epochs=1, verbose=False)
    assert loaded.evaluate(X, Y)["loss"] == pytest.approx(loaded.evaluate(X, Y)["log_loss"], rel=1e-4)
