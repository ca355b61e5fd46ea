"""Test models of counts with the Poisson loss: invalid targets, scaling and predictions."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

import nncli
from nncli.core.errors import ConfigError, DataError
from nncli.workflows.check import check
from nncli.workflows.evaluate import evaluate
from nncli.workflows.predict import predict
from nncli.workflows.train import train
from tests.workflows import tiny

X = np.random.default_rng(2).normal(size=(80, 2)).round(3)
Y = np.random.default_rng(3).poisson(np.exp(1 + X[:, 0]))


@pytest.fixture(autouse=True)
def _inside(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    table(Y)


def table(counts, name="counts.csv"):
    lines = [f"{a},{b},{y}" for (a, b), y in zip(X.tolist(), counts.tolist(), strict=True)]
    Path(name).write_text("\n".join(["a,b,visits", *lines]) + "\n")


def config(loss="poisson", last=(), **data):
    values = tiny.regression(
        data={"train": {"path": "counts.csv", "targets": "visits"}, **data},
        model=[{"type": "dense", "units": 1}, *last],
        loss=loss,
        metrics=["mae"],
        training={"epochs": 40, "batch_size": 16},
    )
    return tiny.write(Path(), values)


def problem_lines(*given, **data):
    with pytest.raises(ConfigError) as caught:
        check(config(*given, **data))
    return [line.split(" ", 1)[1] for line in str(caught.value).splitlines()[:-1]]


def test_the_rate_is_predicted_and_evaluated():
    run = train(config(), run_dir="run").path
    rates = np.array(list(predict(run, "counts.csv").table()))[:, 0]
    assert (rates > 0).all()
    assert np.abs(np.log(rates) - (1 + X[:, 0])).mean() < 0.3
    assert evaluate(run, "counts.csv").results["mae"] == pytest.approx(np.abs(rates - Y).mean(), rel=1e-5)
    bad = Y.copy()
    bad[5] = -2
    table(bad, "later.csv")
    with pytest.raises(DataError, match=r"later.csv:7: target 'visits': poisson learns numbers of at least 0; got -2"):
        evaluate(run, "later.csv")


def test_negative_counts_are_rejected_with_their_place():
    bad = Y.astype(float)
    bad[5] = -0.5
    table(bad)
    place = f"data.train.targets: {Path.cwd()}/counts.csv:7"
    assert problem_lines() == [f"{place}: target 'visits': poisson learns numbers of at least 0; got -0.5"]
    np.savez("counts.npz", x=X, y=np.stack((Y, bad), axis=1))
    with pytest.raises(ConfigError, match=r"row 5, column 1 \(counted from 0\): target 'y_1': .* got -0.5"):
        check(config(train={"path": "counts.npz"}))
    with pytest.raises(ConfigError, match=r"targets: row 5 \(counted from 0\): target 'target': .*; got -0.5"):
        nncli.Model([{"type": "dense", "units": 1}], "poisson").train(X, bad, verbose=False)


def test_scaled_counts_are_rejected():
    assert problem_lines(scale_targets="minmax") == [
        "data.scale_targets: poisson learns unscaled targets; drop this key"
    ]


def test_last_activations_unsuitable_for_counts_are_rejected():
    rates = {"type": "poisson", "log_input": False}
    assert (
        "but the model ends in relu; write {type: poisson, log_input: false}" in problem_lines("poisson", ["relu"])[0]
    )
    assert "wants rates, which are never negative, but the model ends in dense" in problem_lines(rates)[0]
    assert check(config(rates, ["relu"])).rows == {"training": 80}


def test_the_hint_for_divergence_on_counts_does_not_advise_scaling_targets():
    model = nncli.Model([{"type": "dense", "units": 1}], "poisson", {"type": "sgd", "learning_rate": 1e4})
    with pytest.raises(nncli.NncliError) as caught:
        model.train(X, Y * 100, verbose=False)
    assert "scale_targets" not in str(caught.value)


@pytest.mark.parametrize(("quantile", "low", "high"), [(0.1, 0.02, 0.25), (0.9, 0.75, 0.98)])
def test_the_quantile_loss_learns_the_given_quantile(quantile, low, high):
    model = nncli.Model(
        [{"type": "dense", "units": 1}],
        {"type": "quantile", "quantile": quantile},
        {"type": "adam", "learning_rate": 0.05},
        scale_targets="standard",
    )
    model.train(X, Y, epochs=100, batch_size=80, verbose=False)
    assert low < (model.predict(X)[:, 0] > Y).mean() < high
