"""Test that memory-mapped files give the same bits as files in memory."""

from __future__ import annotations

import csv
import json
import os
from pathlib import Path

import numpy as np
import pytest

from nncli.assemble.load_config import load_config
from nncli.core.errors import ConfigError, DataError, StoppedError
from nncli.data.preprocessing.network_inputs import NetworkInputs
from nncli.lifecycle.predictor import load_predictor
from nncli.workflows.check import check
from nncli.workflows.evaluate import evaluate
from nncli.workflows.predict import predict
from nncli.workflows.predictions import Predictions
from nncli.workflows.resume import resume
from nncli.workflows.train import train
from tests.long import first
from tests.workflows import tiny
from tests.workflows.test_resume import same, stopping_at

SCALERS = [
    "none",
    "standard",
    "minmax",
    {"type": "divide", "by": 3},
    "robust",
    {"type": "quantile", "quantiles": 9},
    {"type": "per_column", "columns": {"0": "standard", "1": {"type": "quantile", "quantiles": 5}}, "others": "minmax"},
]


@pytest.fixture(autouse=True)
def _inside(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def mapping(monkeypatch):
    """Return a function that switches memory mapping on or off."""

    def switch(on):
        monkeypatch.setattr("nncli.data.sources.arrays.MIN_PREVIEW_BYTES", 0 if on else 1 << 30)

    return switch


def numbers(dtype="float32", rows=90, name="x.npy"):
    """Return a config of a regression on .npy files."""
    random = np.random.default_rng(7)
    x = random.normal(size=(rows, 3)) * (5, 1, 20) + (1, 0, 100)
    np.save(name, x.astype(dtype))
    np.save("y.npy", (x @ (1.0, 2.0, 0.1))[:, None])
    values = tiny.regression(metrics=["r2", "median_absolute_error"])
    values["data"] |= {"train": {"inputs": name, "targets": "y.npy"}, "validation": {"fraction": 0.2}}
    values["data"]["test"] = {"fraction": 0.1}
    values["model"] = [{"type": "dense", "units": 4}, "tanh", {"type": "dense", "units": 1}]
    return values


def images(dtype="uint8"):
    """Write .npy files and return a config of a classifier on them; its batches are computed in shards."""
    found = tiny.bars(60)
    np.save("images.npy", found["x"].astype(dtype))
    np.save("labels.npy", found["y"])
    values = tiny.convolutional()
    values["data"]["train"] = {"inputs": "images.npy", "targets": "labels.npy"}
    values["data"]["test"] = {"fraction": 0.15}
    return values


def is_mapped(config, settings=()):
    """Return, for the training, validation and test rows, whether their inputs are memory-mapped."""
    found = load_config(config, settings).session()
    return [isinstance(part.inputs, NetworkInputs) for part in (found.train, found.validation, found.test)]


def train_both(mapping, values, settings=()):
    """Train a config on arrays in memory and on a memory-mapped file; the two runs must be equal."""
    config = tiny.write(Path(), values)
    mapping(on=False)
    assert not any(is_mapped(config, settings))
    train(config, settings, run_dir="memory")
    mapping(on=True)
    assert all(is_mapped(config, settings))
    train(config, settings, run_dir="file")
    assert same("file", "memory")
    return "file", "memory"


@pytest.mark.parametrize("dtype", first(1, ["float32", "float64"]))
@pytest.mark.parametrize("scaler", SCALERS, ids=lambda value: value if isinstance(value, str) else value["type"])
def test_mapped_training_gives_the_same_bits_with_every_scaler(mapping, dtype, scaler):
    values = numbers(dtype)
    values["data"]["scale_inputs"] = scaler
    train_both(mapping, values)


@pytest.mark.parametrize("dtype", first(1, ["uint8", "float32", "float64"]))
@pytest.mark.parametrize("scaler", [{"type": "divide", "by": 255}, "standard", "minmax", "none"], ids=str)
def test_mapped_images_give_the_same_bits_with_shards(mapping, dtype, scaler):
    values = images(dtype)
    values["data"]["scale_inputs"] = scaler
    train_both(mapping, values)


@pytest.mark.parametrize(
    "settings",
    [
        ("training.shuffle=false",),
        ("dtype=float64",),
        ("data.validation={fraction: 0.2, split: tail}", "data.test={fraction: 0.1, split: tail}"),
        ("training.batch_size=1000",),
        ("training.batch_size=1", "training.epochs=1"),
        ("data.validation={inputs: held.npy, targets: held_y.npy}",),
    ],
    ids=lambda value: value[0].split("=")[0],
)
def test_mapped_training_gives_the_same_bits_with_other_settings(mapping, settings):
    held = numbers(rows=20)
    os.rename(held["data"]["train"]["inputs"], "held.npy")
    os.rename("y.npy", "held_y.npy")
    train_both(mapping, numbers(), settings)


def test_mapped_training_gives_the_same_bits_with_classes_weights_and_groups(mapping):
    values = images()
    random = np.random.default_rng(0)
    np.save("labels.npy", np.array(["upright", "flat", "neither"])[np.arange(60) % 3])
    np.save("w.npy", random.random(60))
    np.save("g.npy", random.integers(0, 12, 60))
    values["data"]["train"] |= {"classes": ["upright", "flat"], "weights": "w.npy", "groups": "g.npy"}
    values["data"]["validation"] = {"fraction": 0.3}
    values["training"]["class_weight"] = "balanced"
    train_both(mapping, values)


@pytest.mark.parametrize("step", [1, 3])
def test_a_mapped_run_resumes_in_the_middle_of_an_epoch(mapping, step):
    mapping(on=True)
    config = tiny.write(Path(), images())
    train(config, run_dir="uninterrupted")
    with pytest.raises(StoppedError):
        train(config, run_dir="run", listener=stopping_at(step))
    resume("run")
    assert same("run", "uninterrupted")


@pytest.mark.parametrize("make", [numbers, images])
def test_evaluate_and_predict_give_the_same_results_on_mapped_files(mapping, make):
    file, memory = train_both(mapping, make())
    names = ("x.npy", "y.npy") if make is numbers else ("images.npy", "labels.npy")
    found = {}
    for on in (True, False):
        mapping(on=on)
        predict(file, names[0]).write(f"{on}.npy")
        found[on] = evaluate(file), evaluate(memory, *names), Path(f"{on}.npy").read_bytes()
    for index in (0, 1):
        assert found[True][index].results == found[False][index].results
        assert found[True][index].flat() == found[False][index].flat()
    assert found[True][2] == found[False][2]
    assert found[True][1].rows == (90 if make is numbers else 60)


@pytest.mark.parametrize("row", [0, 61, 89])
def test_the_error_for_a_nan_in_a_mapped_file_names_its_row(mapping, monkeypatch, row):
    config = tiny.write(Path(), numbers("float64"))
    run = train(config, run_dir="run").path
    x = np.load("x.npy")
    x[row, 2] = np.nan
    np.save("x.npy", x)
    mapping(on=True)
    monkeypatch.setattr("nncli.data.arrays.chunks.MAX_CHUNK_ROWS", 8)
    words = rf"x\.npy: row {row}, column 2 \(counted from 0\): expected a finite number; got nan"
    with pytest.raises(ConfigError, match=words):
        train(config, run_dir="other")
    assert not os.path.exists("other")
    for use in (lambda: predict(run, "x.npy"), lambda: evaluate(run, "x.npy", "y.npy"), lambda: evaluate(run)):
        with pytest.raises(DataError, match=words):
            use()


def test_the_error_for_a_value_too_large_for_the_dtype_names_its_row(mapping):
    values = numbers("float64")
    values["data"]["scale_inputs"] = "none"
    del values["data"]["validation"], values["data"]["test"]
    x = np.load("x.npy")
    x[71, 0] = 1e300
    np.save("x.npy", x)
    config = tiny.write(Path(), values)
    for on in (False, True):
        mapping(on=on)
        with pytest.raises((ConfigError, DataError), match=r"x\.npy: row 71 .*a value is too large for float32"):
            train(config, run_dir=f"run{on}")


def test_check_does_not_read_the_whole_file(mapping):
    mapping(on=True)
    found = check(tiny.write(Path(), numbers()))
    assert found.rows == {"training": 63, "validation": 18, "test": 9}
    assert found.rows_read is not None


def digits(run):
    """Train on digits and return the run directory."""
    values = tiny.convolutional(metrics=["accuracy"])
    values["data"] = {"train": {"dataset": "digits"}, "scale_inputs": "minmax"}
    values["model"] = [{"type": "dense", "units": 10}, "softmax"]
    values["training"] = {"epochs": 1, "batch_size": 256}
    return train(tiny.write(Path(), values), run_dir=run).path


def test_predictions_do_not_depend_on_the_batch_size():
    run = digits("run")
    expected = np.concatenate(list(predict(run, "digits", batch_size=2000).arrays()))
    assert expected.shape == (1797, 10)
    for size in (64, 256, 1796, 1797):
        for ending in (".npy", ".csv", ".json"):
            predict(run, "digits", batch_size=size).write(f"{size}{ending}")
        found = np.load(f"{size}.npy", allow_pickle=False)
        assert (found.shape, found.dtype) == (expected.shape, expected.dtype)
        np.testing.assert_allclose(found, expected, rtol=1e-5, atol=1e-7)
        with open(f"{size}.csv", newline="") as file:
            header, *lines = csv.reader(file)
        assert header == list("0123456789")
        assert (np.array(lines, float).astype(np.float32) == found).all()
        objects = json.loads(Path(f"{size}.json").read_text())
        assert [list(row) for row in objects[:1]] == [header]
        assert (np.array([list(row.values()) for row in objects], np.float32) == found).all()


@pytest.mark.parametrize("size", [100, 256])
def test_npy_predictions_equal_those_that_numpy_writes(size):
    run = digits("run")
    model = load_predictor(run)
    rows = model.read(predict(run, "digits").model.spec.data.train, targets=False)
    parts = list(model.predict(rows, size))
    assert len(parts) == -(-1797 // size)
    Predictions(model, rows, batch_size=size).write("a.npy")
    Predictions(model, rows, batch_size=size).write("b.npy")
    np.save("numpy.npy", np.concatenate(parts))
    assert Path("a.npy").read_bytes() == Path("b.npy").read_bytes()
    nbytes = 1797 * 10 * 4
    assert Path("a.npy").read_bytes()[-nbytes:] == Path("numpy.npy").read_bytes()[-nbytes:]
    mapped = np.load("a.npy", mmap_mode="r", allow_pickle=False)
    assert (mapped == np.load("numpy.npy")).all()
    assert mapped.offset % 64 == 0


@pytest.mark.parametrize("size", [50, 100, 5000])
def test_predicted_classes_do_not_depend_on_the_batch_size(size):
    run = digits("run")
    expected = predict(run, "digits", classes=True, batch_size=512)
    names = np.concatenate(list(expected.arrays()))
    found = predict(run, "digits", classes=True, batch_size=size)
    for ending in (".npy", ".csv", ".json"):
        found.write(f"c{ending}")
    assert (np.load("c.npy", allow_pickle=False) == names).all()
    assert Path("c.csv").read_text().split() == ["class", *names.tolist()]
    assert [row["class"] for row in json.loads(Path("c.json").read_text())] == names.tolist()


def test_class_names_of_different_lengths_are_not_truncated():
    lines = [f"{row},{'a-very-long-name' if row >= 300 else 'b'}" for row in range(600)]
    Path("long.csv").write_text("\n".join(["x,y", *lines]) + "\n")
    values = tiny.classifier()
    values["data"] = {"train": {"path": "long.csv", "targets": "y"}, "scale_inputs": "standard"}
    values["training"] = {"epochs": 20, "batch_size": 16}
    run = train(tiny.write(Path(), values), run_dir="run").path
    predict(run, "long.csv", classes=True, batch_size=64).write("c.npy")
    found = np.load("c.npy", allow_pickle=False)
    assert (found[0], found[-1]) == ("b", "a-very-long-name")


def test_predictions_are_computed_batch_by_batch(monkeypatch):
    run = digits("run")
    found = predict(run, "digits", batch_size=100)
    seen = []
    compute = found.model.executor.predict
    monkeypatch.setattr(found.model.executor, "predict", lambda x: seen.append(len(x)) or compute(x))
    table = found.table()
    next(table)
    assert seen == [100]
    assert len(list(table)) == 1796
    assert seen == [100] * 17 + [97]
