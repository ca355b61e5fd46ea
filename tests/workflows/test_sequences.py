"""Test sequences from training to prediction: numbers for lstm and gru, symbols for embedding."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

import nncli
from nncli.core.errors import DataError, NonFiniteError, UserError
from nncli.data.datasets import temporal_order
from nncli.lifecycle.predictor import load_predictor
from nncli.runs.checkpoint import read_meta
from nncli.workflows.evaluate import evaluate
from nncli.workflows.predict import predict
from nncli.workflows.resume import resume
from nncli.workflows.train import train

X = np.random.default_rng(3).normal(size=(60, 5, 2)).astype(np.float32) * (1, 10) + (0, 100)
Y = X[:, :, 0].sum(axis=1)
NUMBERS = {
    "data": {
        "train": {"inputs": "x.npy", "targets": "y.npy"},
        "validation": {"fraction": 0.2},
        "scale_inputs": "standard",
    },
    "model": [{"type": "lstm", "units": 6}, {"type": "dense", "units": 1}],
    "loss": "mse",
    "optimizer": {"type": "adam", "learning_rate": 0.03},
    "metrics": ["r2"],
    "training": {"epochs": 2, "batch_size": 8},
}
SYMBOLS = {
    "data": {"train": {"dataset": "temporal_order"}, "validation": {"fraction": 0.9}},
    "model": [
        {"type": "embedding", "entries": 6, "units": 4},
        {"type": "gru", "units": 8},
        {"type": "dense", "units": 8},
        "softmax",
    ],
    "loss": "cross_entropy",
    "optimizer": "adam",
    "training": {"epochs": 1},
}


@pytest.fixture(autouse=True)
def _files(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    np.save("x.npy", X)
    np.save("y.npy", Y)
    np.save("symbols.npy", temporal_order.arrays()["inputs"][:40])


def trained(config, *settings):
    """Train a config and return the run directory."""
    Path("a.yaml").write_text(json.dumps(config))
    return str(train("a.yaml", list(settings)).path)


def predicted(path, text):
    return np.concatenate(list(predict(path, text).arrays()))


def test_sequences_are_scaled_per_feature_and_get_no_channel_axis():
    run = trained(NUMBERS)
    model = load_predictor(run)
    assert model.preprocessing.input_shape == (5, 2)
    assert model.preprocessing.input_scaling.shift == pytest.approx([0, 100], abs=2)
    assert read_meta(model.path)["preprocessing"]["input_shape"] == [5, 2]
    expected = predicted(run, "x.npy")
    np.save("more_axes.npy", X[..., np.newaxis])
    np.testing.assert_array_equal(predicted(run, "more_axes.npy"), expected)
    assert evaluate(run, "x.npy", "y.npy").results["loss"] == pytest.approx(
        np.mean((expected[:, 0] - Y) ** 2), rel=1e-5
    )
    np.save("short.npy", X[:, :4])
    with pytest.raises(UserError, match=r"takes rows of the shape \(5, 2\); got \(4, 2\)"):
        predicted(run, "short.npy")


def test_the_sum_of_a_sequence_is_learned():
    assert json.loads(Path(trained(NUMBERS, "training.epochs=40"), "status.json").read_text())["state"] == "finished"
    (run,) = Path("runs").iterdir()
    assert evaluate(run).results["r2"] > 0.8


def test_a_sequence_of_targets_is_learned():
    np.save("y.npy", np.cumsum(X, axis=1))
    sequences = [
        {"type": "lstm", "units": 4, "return_sequences": True},
        {"type": "gru", "units": 2, "return_sequences": True},
    ]
    config = {**NUMBERS, "model": sequences, "data": {**NUMBERS["data"], "scale_targets": "standard"}}
    run = trained(config)
    assert predicted(run, "x.npy").shape == (60, 5, 2)
    assert len(predict(run, "x.npy").header) == 10
    assert np.isfinite(evaluate(run).results["r2"])


@pytest.mark.parametrize("config", [NUMBERS, SYMBOLS], ids=["numbers", "symbols"])
def test_a_resumed_run_ends_with_the_same_bits(config):
    (uninterrupted, resumed) = (trained(config, f"training.epochs={epochs}") for epochs in (3, 2))
    resume(resumed, ["training.epochs=3"])
    for name in ("best", "last"):
        first, second = (
            load_predictor(f"{run}/checkpoints/{name}.npz").executor.network.vector for run in (uninterrupted, resumed)
        )
        assert first.tobytes() == second.tobytes()


@pytest.mark.parametrize("config", [NUMBERS, SYMBOLS], ids=["numbers", "symbols"])
def test_memory_mapped_files_give_the_same_bits(config, monkeypatch):
    arrays = temporal_order.arrays()
    np.save("symbols.npy", arrays["inputs"][:300])
    np.save("labels.npy", arrays["targets"][:300])
    if config is SYMBOLS:
        source = {"inputs": "symbols.npy", "targets": "labels.npy"}
        config = {**config, "data": {"train": source, "validation": {"fraction": 0.2}}}
    found = []
    for large in (1 << 30, 0):
        monkeypatch.setattr("nncli.data.sources.arrays.MIN_PREVIEW_BYTES", large)
        run = trained(config)
        found.append(
            (
                load_predictor(run).executor.network.vector.tobytes(),
                predicted(run, config["data"]["train"]["inputs"]).tobytes(),
            )
        )
    assert found[0] == found[1]


def test_symbols_are_predicted_and_evaluated_from_a_file():
    run = trained(SYMBOLS)
    assert predicted(run, "symbols.npy").shape == (40, 8)
    assert set(np.concatenate(list(predict(run, "symbols.npy", classes=True).arrays()))) <= set(
        load_predictor(run).column_names
    )
    (rows, results) = (evaluate(run).rows, evaluate(run).results)
    assert rows == 1800
    assert results["loss"] < 2.2


@pytest.mark.parametrize(("number", "words"), [(6, "got 6; write entries: 7, or more"), (0.5, "got 0.5; convert")])
def test_unknown_symbols_are_rejected(number, words):
    run, symbols = trained(SYMBOLS), np.load("symbols.npy").astype(float)
    symbols[31, 7] = number
    np.save("strange.npy", symbols)
    np.save("labels.npy", temporal_order.arrays()["targets"][:40])
    message = rf"strange\.npy: row 31 \(counted from 0\): embedding takes whole numbers from 0 to 5; {words}"
    with pytest.raises(DataError, match=message):
        predicted(run, "strange.npy")
    with pytest.raises(DataError, match=message):
        evaluate(run, "strange.npy", "labels.npy")


def test_a_python_model_learns_sequences_and_symbols():
    x, y = np.arange(40).reshape(10, 4) % 5, np.arange(10.0)
    layers = [
        {"type": "embedding", "entries": 5, "units": 3},
        {"type": "lstm", "units": 2},
        {"type": "dense", "units": 1},
    ]
    model = nncli.Model(layers, loss="mse")
    assert model.forward(x).shape == (10, 1)
    assert model.backward(np.ones((10, 1))) is None  # the inputs are whole numbers, which have no gradient
    assert model.gradients["0.embedding.weight"].any()
    assert model.gradients["1.lstm.recurrent_weight"].any()
    model.train(x, y, epochs=1, verbose=False)
    with pytest.raises(
        DataError, match=r"inputs: row 1 \(counted from 0\): embedding takes whole numbers from 0 to 4; got 9"
    ):
        model.predict(np.array([[1, 2, 3, 4], [1, 9, 0, 0]]))
    with pytest.raises(UserError, match="embedding takes whole numbers from 0 to 4; got 7"):
        model.forward(np.full((1, 4), 7))
    with pytest.raises(UserError, match="embedding takes whole numbers from 0 to 4; got 7"):
        model.train(np.full((1, 4), 7), np.zeros(1), verbose=False)
    sequences = nncli.Model([{"type": "gru", "units": 2}], loss="mse")
    assert sequences.forward(X).shape == (60, 2)
    assert sequences.backward(np.ones((60, 2))).shape == X.shape


def test_the_divergence_hint_does_not_advise_scaling_symbols():
    x = np.full((8, 3), 50)
    model = nncli.Model(
        [{"type": "embedding", "entries": 51, "units": 2}, {"type": "dense", "units": 1}],
        loss="mse",
        optimizer={"type": "sgd", "learning_rate": 1e30},
    )
    with pytest.raises(NonFiniteError) as caught:
        model.train(x, np.ones(8), epochs=50, verbose=False)
    assert "scale_inputs" not in str(caught.value)
    assert "learning_rate" in str(caught.value)
