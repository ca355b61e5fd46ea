"""Test weight averaging: predictions, checkpoints, resuming, and training from Python."""

from __future__ import annotations

import json
import os
import shutil
import signal
from pathlib import Path

import numpy as np
import pytest

import nncli
from nncli.assemble.load_config import load_config
from nncli.core.errors import CheckpointError, RunError, StoppedError
from nncli.lifecycle.run_events import silent
from nncli.lifecycle.training_run import train_session
from nncli.nn.evaluation.running_metrics import RunningMetrics
from nncli.runs import checkpoint
from nncli.training.events import RowsMeasured, StepEnded
from nncli.workflows.evaluate import evaluate
from nncli.workflows.inspect import inspect
from nncli.workflows.model import Model
from nncli.workflows.repro import repro
from nncli.workflows.resume import resume
from nncli.workflows.train import train
from tests.workflows import tiny
from tests.workflows.test_repro import flip_last_bit, save_changed
from tests.workflows.test_resume import same, stopping_at

AVERAGING = {"decay": 0.9, "warmup": True}
LAYERS = [{"type": "dense", "units": 3}, "batch_norm", "tanh", {"type": "dense", "units": 1}]
RANDOM = np.random.default_rng(0)
X = RANDOM.normal(size=(40, 2))
Y = 2 * X[:, 0] - X[:, 1] + 3


@pytest.fixture
def config(tmp_path, monkeypatch):
    """Write a config with averaging, a penalty and accumulation; an epoch has 3 steps of 16, 16 and 10 rows."""
    monkeypatch.chdir(tmp_path)
    training = {"epochs": 3, "batch_size": 8, "batches_per_step": 2, "penalty": {"l1": 1e-3, "l2": 1e-3}}
    values = tiny.classifier(model=[*LAYERS, "sigmoid"], training={**training, "weight_averaging": AVERAGING})
    return tiny.write(tmp_path, values)


def weights_of(path):
    """Return (averaged weights, unaveraged training weights) of a checkpoint."""
    _, arrays = checkpoint.load(path)
    averaged = {name: array for name, array in arrays.items() if not name.startswith("state/")}
    prefix = "state/weights/"
    return averaged, {name.removeprefix(prefix): arrays[name] for name in arrays if name.startswith(prefix)}


def test_a_checkpoint_has_averaged_and_training_weights(config):
    session, steps = load_config(config).session(), []
    names = {name for name in session.network.named() if "running" not in name}
    for event in session.trainer().run():
        if isinstance(event, StepEnded):
            steps.append({name: array.copy() for name, array in session.network.named().items()})
    train(config, run_dir="run")
    averaged, unaveraged = weights_of("run/checkpoints/last.npz")
    assert set(unaveraged) == names < set(averaged)
    assert all(unaveraged[name].tobytes() == steps[-1][name].tobytes() for name in names)
    expected = steps[0]
    for done, now in enumerate(steps[1:], 1):
        decay = min(0.9, (1 + done) / (10 + done))
        expected = {name: decay * expected[name] + (1 - decay) * now[name] for name in names}
    for name in names:
        np.testing.assert_allclose(averaged[name], expected[name], rtol=1e-5, atol=1e-6)
        assert averaged[name].tobytes() != unaveraged[name].tobytes()
    for name in set(averaged) - names:
        assert averaged[name].tobytes() == steps[-1][name].tobytes(), "buffers are not averaged"
    test = json.loads(Path("run/test.json").read_text())
    assert evaluate("run").results == {key: test[key] for key in ("loss", "accuracy")}
    assert evaluate("run", tiny.TABLE).results == Model.load("run").evaluate(*table())
    assert inspect("run", verify=True)["parameters"] == sum(array.size for array in averaged.values())


def table():
    """Return the inputs and labels of the table."""
    lines = [line.split(",") for line in Path(tiny.TABLE).read_text().split()[1:]]
    return np.array([[float(value) for value in line[:2]] for line in lines]), np.array([line[2] for line in lines])


def test_a_resumed_run_ends_with_the_same_bits(config):
    train(config, run_dir="uninterrupted")
    for step in (1, 5, 9):
        with pytest.raises(StoppedError):
            train(config, run_dir=f"run-{step}", listener=stopping_at(step))
        resume(f"run-{step}")
        assert same(f"run-{step}", "uninterrupted")

    def listen(event):
        if isinstance(event, RowsMeasured) and event.epoch == 2:
            os.kill(os.getpid(), signal.SIGTERM)

    with pytest.raises(StoppedError, match="in epoch 2 after step 6"):
        train(config, run_dir="run", listener=listen)
    averaged, unaveraged = weights_of("run/checkpoints/last.npz")
    assert averaged["0.dense.weight"].tobytes() != unaveraged["0.dense.weight"].tobytes()
    found = repro("run")
    assert (found.difference, found.steps) == ("", 6)
    resume("run")
    assert same("run", "uninterrupted")


def test_repro_compares_averaged_and_training_weights(config):
    train(config, run_dir="run")
    found = repro("run")
    assert (found.difference, found.compared) == ("", ("metrics.csv", "last.npz", "best.npz", "test.json"))
    save_changed("last", lambda arrays: flip_last_bit(arrays["state/weights/0.dense.weight"]))
    assert repro("run").difference.startswith("last.npz: state/weights/0.dense.weight differs in 1 of 6 values")
    save_changed("last", lambda arrays: flip_last_bit(arrays["state/weights/0.dense.weight"]))
    save_changed("last", lambda arrays: flip_last_bit(arrays["0.dense.weight"]))
    assert repro("run").difference.startswith("last.npz: 0.dense.weight differs in 1 of 6 values")
    save_changed("last", lambda arrays: flip_last_bit(arrays["0.dense.weight"]), averaged_steps=8)
    assert "averaged_steps was 8, but is 9 in the repetition" in repro("run").difference


@pytest.mark.parametrize(
    ("setting", "difference"),
    [
        ("training.weight_averaging=null", "training.weight_averaging was "),
        ("training.weight_averaging.decay=0.99", "training.weight_averaging.decay was 0.9, is 0.99"),
        ("training.batches_per_step=1", "training.batches_per_step was 2, is 1"),
        ("training.penalty.l2=0.1", "training.penalty.l2 was 0.001, is 0.1"),
    ],
)
def test_changed_averaging_settings_are_rejected_on_resume(config, setting, difference):
    with pytest.raises(StoppedError):
        train(config, run_dir="run", listener=stopping_at(2))
    with pytest.raises(RunError) as caught:
        resume("run", [setting])
    assert difference in str(caught.value)


def test_averaging_cannot_start_in_a_resumed_run(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    config = tiny.write(tmp_path, tiny.classifier())
    with pytest.raises(StoppedError):
        train(config, run_dir="run", listener=stopping_at(2))
    with pytest.raises(RunError, match=r"training\.weight_averaging was nothing \(null\), is a mapping"):
        resume("run", ["training.weight_averaging={decay: 0.9}"])


@pytest.mark.parametrize("change", ["shape", "missing", "steps"])
def test_invalid_averaging_states_are_rejected(config, change):
    with pytest.raises(StoppedError):
        train(config, run_dir="run", listener=stopping_at(2))
    name = "state/weights/0.dense.bias"

    def changed(arrays):
        if change == "missing":
            del arrays[name]
        if change == "shape":
            arrays[name] = np.zeros(2, np.float32)

    save_changed("last", changed, **({"averaged_steps": -1} if change == "steps" else {}))
    messages = {"shape": "is float32 (2,)", "missing": "is missing", "steps": "averaged_steps is -1"}
    for command in (lambda: resume("run"), lambda: repro("run"), lambda: Model.load("run/checkpoints/last.npz")):
        with pytest.raises(CheckpointError) as caught:
            command()
        assert messages[change] in str(caught.value)


def test_a_checkpoint_of_a_version_without_weight_averaging_can_be_resumed(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    config = tiny.write(tmp_path, tiny.classifier())
    train(config, run_dir="uninterrupted")
    with pytest.raises(StoppedError):
        train(config, run_dir="run", listener=stopping_at(4))
    new = ("penalty", "weight_averaging", "batches_per_step")
    path = "run/checkpoints/last.npz"
    meta, arrays = checkpoint.load(path)
    del meta["trainer"]["averaged_steps"]
    for key in new:
        del meta["config"]["training"][key]
    for key in ("format", "format_version", "arrays", "sha256"):
        meta.pop(key, None)
    state = {name.removeprefix("state/"): array for name, array in arrays.items() if name.startswith("state/")}
    checkpoint.save(path, {name: arrays[name] for name in arrays if not name.startswith("state/")}, state, meta)
    resolved = [line for line in Path("run/resolved.yaml").read_text().splitlines() if not line.strip().startswith(new)]
    Path("run/resolved.yaml").write_text("\n".join(resolved) + "\n")
    shutil.copytree("run", "other")
    assert repro("other").same
    assert Model.load("other/checkpoints/last.npz").predict(table()[0]).shape == (60, 1)
    resume("run")
    assert same("run", "uninterrupted")


def make_model():
    """Return a model to train on X and Y."""
    return nncli.Model(LAYERS, "mse", {"type": "adam", "learning_rate": 0.05}, metrics=["rmse"])


def bits(model):
    return {name: array.tobytes() for name, array in model.weights.items()}


def trained(model, epochs, **keys):
    keys = {"weight_averaging": AVERAGING, "validation_data": (X[:9], Y[:9]), "batch_size": 16, **keys}
    return model.train(X, Y, epochs=epochs, verbose=False, **keys)


def test_a_model_predicts_with_averaged_weights_and_trains_with_unaveraged_weights(tmp_path):
    uninterrupted, parts, plain = make_model(), make_model(), make_model()
    expected = trained(uninterrupted, 5)
    trained(plain, 5, weight_averaging=None)
    assert bits(uninterrupted) != bits(plain)
    error = np.sqrt(np.mean((uninterrupted.predict(X[:9])[:, 0] - Y[:9]) ** 2))
    assert (
        uninterrupted.evaluate(X[:9], Y[:9])["rmse"] == pytest.approx(expected[-1]["val_rmse"]) == pytest.approx(error)
    )
    np.testing.assert_allclose(uninterrupted.forward(X), uninterrupted.predict(X), rtol=1e-6)
    found = trained(parts, 2)
    parts.save(str(tmp_path / "m.npz"))
    before = bits(parts)
    parts = nncli.Model.load(str(tmp_path / "m.npz"))
    assert bits(parts) == before
    found += trained(parts, 1)
    found += trained(parts, 2)
    assert [{**record, "seconds": 0} for record in found] == [{**record, "seconds": 0} for record in expected]
    assert bits(parts) == bits(uninterrupted)
    for model in (uninterrupted, parts, plain):
        trained(model, 1, weight_averaging=None)
    assert bits(uninterrupted) == bits(parts) == bits(plain), (
        "training without averaging continues from the unaveraged weights"
    )


def test_training_continues_from_weights_changed_by_hand(tmp_path):
    one, other = make_model(), make_model()
    trained(one, 2)
    one.weights["0.dense.weight"][...] = 0.5
    before = bits(one)
    one.save(str(tmp_path / "m.npz"))
    assert bits(one) == before
    averaged, unaveraged = weights_of(str(tmp_path / "m.npz"))
    assert all(averaged[name].tobytes() == unaveraged[name].tobytes() == before[name] for name in unaveraged)
    other = nncli.Model.load(str(tmp_path / "m.npz"))
    trained(one, 1)
    trained(other, 1)
    assert bits(one) == bits(other) != before


def test_without_a_run_directory_the_test_rows_are_evaluated_with_averaged_weights(config):
    session = load_config(config).session()
    trainer = session.trainer()
    ended = train_session(session, trainer, None, silent)
    assert session.network.vector.tobytes() != trainer.prediction_parameters.tobytes()
    session.network.vector[...] = trainer.prediction_parameters
    assert ended.test["loss"] == session.executor.evaluate(session.test.batches(99), RunningMetrics(())).mean_loss
