"""Test that every loss includes the penalty and that metrics do not."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

import nncli
from nncli.config.spec import Training
from nncli.core.errors import ConfigError
from nncli.workflows.evaluate import evaluate
from nncli.workflows.train import train
from tests.workflows import tiny

RANDOM = np.random.default_rng(0)
X = RANDOM.normal(size=(40, 2))
Y = 2 * X[:, 0] - X[:, 1] + 3


def penalty_value(weights, l1, l2):
    """Return the penalty on the weights of dense layers."""
    arrays = [array.astype(float) for name, array in weights.items() if name.endswith("weight")]
    return sum(l1 * np.abs(array).sum() + l2 * (array**2).sum() for array in arrays)


def test_losses_in_all_files_include_the_penalty(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    values = tiny.classifier(metrics=["log_loss"])
    values["training"]["penalty"] = {"l1": 0.01, "l2": 0.02}
    ended = train(tiny.write(tmp_path, values), run_dir="run")
    model = nncli.Model.load("run")
    penalty = penalty_value(model.weights, 0.01, 0.02)
    assert penalty > 0.02
    best, test = ended.best, json.loads(Path("run/test.json").read_text())
    assert best["val_loss"] - best["val_log_loss"] == pytest.approx(penalty, rel=1e-4)
    assert test["loss"] - test["log_loss"] == pytest.approx(penalty, rel=1e-4)
    assert evaluate("run").results == {key: test[key] for key in ("loss", "log_loss")}


def test_a_model_uses_the_penalty_of_its_last_training():
    model = nncli.Model([{"type": "dense", "units": 1}], "mse", {"type": "sgd", "learning_rate": 0.05}, dtype="float64")
    for penalty in ({"l2": 0.5}, {"l1": 0.1}, None):
        model.train(X, Y, epochs=2, verbose=False, penalty=penalty)
        strengths = {"l1": 0, "l2": 0, **(penalty or {})}
        error = np.mean((model.predict(X)[:, 0] - Y) ** 2)
        assert model.evaluate(X, Y)["loss"] == pytest.approx(
            error + penalty_value(model.weights, **strengths), rel=1e-12
        )


def test_a_large_penalty_gets_a_hint(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    values = tiny.regression(optimizer={"type": "sgd", "learning_rate": 0.05})
    values["model"] = [{"type": "dense", "units": 30}, {"type": "dense", "units": 1}]
    config = tiny.write(tmp_path, values)
    ended = train(config, ["training.penalty={l2: 0.3}", "training.epochs=3"])
    assert ended.last["train_r2"] > 0.9
    assert ended.last["train_loss"] > 1, "the best constant prediction has the loss 1"
    assert "but only because of the penalty of 1." in ended.note
    assert ended.note.endswith("try a smaller training.penalty")
    worse = train(config, ["training.penalty={l2: 0.3}", "training.epochs=1", "optimizer.learning_rate=0.3"])
    assert "best constant prediction; try a smaller optimizer.learning_rate" in worse.note


@pytest.mark.parametrize("penalty", [{}, {"l1": 0, "l2": 0}, {"biases": True}])
def test_a_penalty_of_0_is_rejected(penalty):
    with pytest.raises(ConfigError, match="a penalty wants an l1 or l2 above 0"):
        Training(penalty=penalty)
