"""Test runs with a scaler per column, from the config to predictions in original units."""

from __future__ import annotations

import os
from pathlib import Path
from statistics import NormalDist

import numpy as np
import pytest

import nncli
from nncli.core.errors import ConfigError
from nncli.runs import checkpoint
from nncli.workflows.check import check
from nncli.workflows.evaluate import evaluate
from nncli.workflows.inspect import inspect
from nncli.workflows.predict import predict
from nncli.workflows.resume import resume
from nncli.workflows.train import train
from tests.workflows import tiny

INPUT_SCALER = {"type": "per_column", "columns": {"size": "robust", "age": {"type": "quantile", "quantiles": 9}}}
TARGET_SCALER = {"type": "per_column", "columns": {"price": {"type": "quantile"}}}


def config(folder, inputs, targets, **changes):
    """Write a config of a regression with scalers of inputs and targets, and return its path."""
    values = tiny.regression(dtype="float64", **changes)
    values["data"] |= {"scale_inputs": inputs, "scale_targets": targets}
    return tiny.write(folder, values)


@pytest.fixture
def inside(tmp_path, monkeypatch):
    """Change to a temporary working directory and return it."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


def by_hand(run, table):
    """Return predictions in original units, computed only from the content of the checkpoint."""
    meta, arrays = checkpoint.load(os.path.join(run, "checkpoints", "best.npz"))
    stored = meta["preprocessing"]
    size, age = stored["input_scaling"]["parts"]
    assert (size["names"], size["positions"], age["names"], age["positions"]) == (["size"], [0], ["age"], [1])
    a = (table[:, 0] - size["scaling"]["shift"]) / size["scaling"]["scale"]
    quantiles = age["scaling"]["quantiles"][0]
    probability = np.interp(table[:, 1], quantiles, np.linspace(0, 1, 9))
    normal = NormalDist()
    b = np.array([normal.inv_cdf(min(max(p, 1e-7), 1 - 1e-7)) for p in probability])
    y = np.stack([a, b], axis=1) @ arrays["0.dense.weight"][:, 0] + arrays["0.dense.bias"]
    (price,) = stored["target_scaling"]["parts"]
    quantiles = price["scaling"]["quantiles"][0]
    return np.interp([normal.cdf(value) for value in y], np.linspace(0, 1, len(quantiles)), quantiles)


def test_predictions_and_metrics_are_in_original_units(inside):
    run = train(config(inside, INPUT_SCALER, TARGET_SCALER), run_dir="run").path
    table = np.loadtxt(inside / tiny.LINE, delimiter=",", skiprows=1)
    predicted = np.array([row[0] for row in predict(run, tiny.LINE).table()])
    np.testing.assert_allclose(predicted, by_hand(run, table), rtol=1e-6)
    assert table[:, 2].min() - 1 < predicted.min() < predicted.max() < table[:, 2].max() + 1
    found = evaluate(run, tiny.LINE).results
    assert found["rmse"] == pytest.approx(np.sqrt(np.mean((predicted - table[:, 2]) ** 2)), rel=1e-9)


def test_a_saved_and_loaded_model_gives_the_same_results(inside):
    run = train(config(inside, INPUT_SCALER, TARGET_SCALER), run_dir="run").path
    best = checkpoint.read_meta(os.path.join(run, "checkpoints", "best.npz"))["best"]
    assert evaluate(run).results == {key[4:]: value for key, value in best.items() if key.startswith("val_")}
    model = nncli.Model.load(os.path.join(run, "checkpoints", "best.npz"))
    table = np.loadtxt(inside / tiny.LINE, delimiter=",", skiprows=1)
    before = model.predict(table[:, :2]), model.evaluate(table[:, :2], table[:, 2])
    model.save("again.npz")
    again = nncli.Model.load("again.npz")
    assert again.predict(table[:, :2]).tobytes() == before[0].tobytes()
    assert again.evaluate(table[:, :2], table[:, 2]) == before[1]
    assert evaluate("again.npz", tiny.LINE).results == evaluate(run, tiny.LINE).results


def test_a_resumed_run_keeps_its_scaling(inside):
    path = config(inside, INPUT_SCALER, TARGET_SCALER)
    uninterrupted = train(path, ["training.epochs=5"], run_dir="uninterrupted").path
    resume(train(path, run_dir="parts").path, ["training.epochs=5"])
    last = [checkpoint.load(os.path.join(run, "checkpoints", "last.npz")) for run in (uninterrupted, "parts")]
    assert last[0][0]["preprocessing"] == last[1][0]["preprocessing"]
    assert all((last[0][1][name] == last[1][1][name]).all() for name in last[0][1])


def test_a_python_model_scales_per_column(tmp_path):
    random = np.random.default_rng(0)
    x, y = random.gamma(2, 1, (50, 3)), random.gamma(2, 1000, (50, 2))
    columns = {"0": "quantile", 2: "minmax"}
    model = nncli.Model(
        [{"type": "dense", "units": 2}],
        "mse",
        scale_inputs={"type": "per_column", "columns": columns, "others": "standard"},
        scale_targets={"type": "per_column", "columns": {"target_1": "robust"}, "others": "standard"},
    )
    model.train(x, y, epochs=2, verbose=False)
    model.save(str(tmp_path / "m.npz"))
    again = nncli.Model.load(str(tmp_path / "m.npz"))
    assert again.predict(x).tobytes() == model.predict(x).tobytes()
    assert again.evaluate(x, y) == model.evaluate(x, y)
    assert model.predict(x).mean() > 100


@pytest.mark.parametrize(
    ("inputs", "targets", "message"),
    [
        (
            {"type": "per_column", "columns": {"sise": "standard"}},
            "none",
            "config.yaml:LINE: data.scale_inputs.columns.sise: no column 'sise'; did you mean 'size'? Known: size, age",
        ),
        (
            "none",
            {"type": "per_column", "columns": {"prize": "standard"}},
            "config.yaml:LINE: data.scale_targets.columns.prize: no column 'prize'; did you mean 'price'? Known: price",
        ),
        (
            {"type": "per_column", "columns": {"age": {"type": "quantile", "quantiles": 1}, "size": "standart"}},
            "none",
            "config.yaml:LINE: data.scale_inputs.columns.age.quantiles: expected a whole number of at least 2; got 1",
        ),
        ({"type": "per_column"}, "none", "config.yaml:LINE: data.scale_inputs: per_column needs the key 'columns'"),
        (
            {"type": "per_column", "columns": "standard"},
            "none",
            "config.yaml:LINE: data.scale_inputs.columns: expected a mapping of names to scalers",
        ),
    ],
)
def test_problems_are_reported_with_their_line(inside, inputs, targets, message):
    with pytest.raises(ConfigError) as caught:
        check(config(inside, inputs, targets))
    first = str(caught.value).splitlines()[0]
    where, _, rest = message.partition("LINE")
    assert where in first
    assert rest in first
    line = int(first.partition("config.yaml:")[2].partition(":")[0])
    text = Path("config.yaml").read_text().splitlines()[line - 1]
    assert any(name in text for name in ("sise", "prize", "quantiles", "scale_inputs", "columns")), text


def test_the_scaler_of_a_column_can_be_set_on_the_command_line(inside):
    path = config(inside, INPUT_SCALER, TARGET_SCALER)
    settings = ["data.scale_inputs.columns.age=minmax", "data.scale_inputs.others=standard"]
    resolved = check(path, settings).resolved
    assert "quantile" not in resolved.partition("scale_targets")[0]
    run = train(path, settings, run_dir="run").path
    scaler = inspect(run)["config"]["data"]["scale_inputs"]
    assert scaler == {
        "type": "per_column",
        "columns": {"size": {"type": "robust"}, "age": {"type": "minmax"}},
        "others": {"type": "standard"},
    }


def test_check_accepts_categories_missing_in_the_sample_of_a_large_source(inside, monkeypatch):
    """A column of a category that is missing in the sample is not reported as unknown."""
    rows = "".join(f"{index},{'rare' if index == 777 else 'often'},{index}\n" for index in range(2000))
    Path("large.csv").write_text("a,kind,y\n" + rows)
    values = tiny.regression(dtype="float64")
    values["data"] = {
        "train": {"path": "large.csv", "targets": "y"},
        "scale_inputs": {"type": "per_column", "columns": {"kind=rare": "standard", "a": "standard"}},
        "scale_targets": "standard",
    }
    assert check(tiny.write(inside, values)).parameters == 4
