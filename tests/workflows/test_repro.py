"""Test repeating a run: identical results are confirmed, and every difference is reported."""

from __future__ import annotations

import csv
import json
import os
import shutil
import signal
from pathlib import Path

import numpy as np
import pytest

from nncli.core.errors import CheckpointError, RunError, StoppedError
from nncli.runs import checkpoint
from nncli.runs.directory import RunDirectory
from nncli.training.events import EpochEnded
from nncli.workflows.repro import repro
from nncli.workflows.resume import resume
from nncli.workflows.train import train
from tests.workflows import tiny
from tests.workflows.test_resume import stopping_at

ALL = ("metrics.csv", "last.npz", "best.npz", "test.json")


@pytest.fixture
def config(tmp_path, monkeypatch):
    """Write a config in a temporary working directory, and return its path."""
    monkeypatch.chdir(tmp_path)
    return tiny.write(tmp_path, tiny.classifier())


def files(run):
    """Return the content of every file in a run directory."""
    return {path: path.read_bytes() for path in Path(run).rglob("*") if path.is_file()}


def save_changed(name, change, **trainer):
    """Change arrays or the trainer state in a saved checkpoint, and return the old trainer state."""
    path = f"run/checkpoints/{name}.npz"
    meta, arrays = checkpoint.load(path)
    before = dict(meta["trainer"])
    meta["trainer"].update(trainer)
    change(arrays)
    state = {name.removeprefix("state/"): array for name, array in arrays.items() if name.startswith("state/")}
    weights = {name: array for name, array in arrays.items() if not name.startswith("state/")}
    for key in ("format", "format_version", "arrays", "sha256"):
        meta.pop(key, None)
    checkpoint.save(path, weights, state, meta)
    return before


def flip_last_bit(array):
    """Change the last bit of the first value of an array."""
    array.reshape(-1)[:1].view(np.uint32)[0] ^= 1


@pytest.mark.parametrize("make", [tiny.classifier, tiny.regression, tiny.convolutional])
def test_repeating_a_run_gives_the_same_results_and_changes_no_file(tmp_path, monkeypatch, make):
    monkeypatch.chdir(tmp_path)
    train(tiny.write(tmp_path, make()), run_dir="run")
    before, entries = files("run"), set(os.listdir())
    found = repro("run")
    assert (found.same, found.difference, found.environment_changes) == (True, "", ())
    assert found.compared == (ALL if make is tiny.classifier else ALL[:3])
    assert found.epochs == make()["training"]["epochs"]
    assert (files("run"), set(os.listdir())) == (before, entries)


@pytest.mark.parametrize("step", [2, 6, 7])
def test_a_stopped_run_is_repeated_up_to_its_last_step(config, step):
    with pytest.raises(StoppedError):
        train(config, run_dir="run", listener=stopping_at(step))
    found = repro("run")
    assert (found.same, found.steps) == (True, step)
    resume("run")
    assert repro("run").compared == ALL


def test_repeating_a_run_extended_after_early_stopping_gives_the_same_results(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    training = {"epochs": 50, "batch_size": 8, "early_stopping": {"patience": 2}}
    values = tiny.classifier(training=training, optimizer={"type": "sgd", "learning_rate": 3.0})
    train(tiny.write(tmp_path, values), run_dir="run")
    first = repro("run")
    assert first.same
    assert first.epochs < 50
    resume("run", ["training.epochs=70"])
    again = repro("run")
    assert again.same, again.difference
    assert again.epochs > first.epochs


@pytest.mark.parametrize(
    ("first", "then"),
    [
        (["training.epochs=2"], ["training.epochs=9", "training.early_stopping={patience: 1}"]),
        (["training.epochs=9", "training.early_stopping={patience: 1}"], ["training.early_stopping.patience=4"]),
        (["training.epochs=9", "training.early_stopping={patience: 1}"], ["training.early_stopping=null"]),
    ],
)
def test_repro_does_not_depend_on_settings_that_end_a_run(tmp_path, monkeypatch, first, then):
    monkeypatch.chdir(tmp_path)
    values = tiny.classifier(optimizer={"type": "sgd", "learning_rate": 3.0})
    train(tiny.write(tmp_path, values), first, run_dir="run")
    resume("run", then)
    found = repro("run")
    assert found.same, found.difference


def test_nan_test_metrics_count_as_equal(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    values = tiny.classifier(metrics=["roc_auc"])
    values["data"]["test"] = {"path": "one.csv"}
    config = tiny.write(tmp_path, values)
    (tmp_path / "one.csv").write_text("a,b,side\n1,2,right\n2,1,right\n")
    train(config, run_dir="run")
    assert json.loads(Path("run/test.json").read_text())["roc_auc"] is None
    assert repro("run").compared == ALL


@pytest.mark.parametrize("name", ["checkpoints/best.npz", "test.json"])
def test_only_a_missing_test_json_is_reported(config, name):
    train(config, run_dir="run")
    os.unlink(f"run/{name}")
    if name == "checkpoints/best.npz":
        run = RunDirectory("run")
        meta, _ = checkpoint.load(run.checkpoint("last"))
        assert meta["best"]["epoch"] == 3, "the last epoch is the best, so best.npz can be missing"
        assert repro("run").compared == ALL[:2]
        return
    assert repro("run").difference == "test.json is missing"


def test_a_best_checkpoint_of_another_epoch_is_reported(config):
    train(config, ["training.checkpoint.keep=3"], run_dir="run")
    shutil.copy("run/checkpoints/epoch-0001-step-00000003.npz", "run/checkpoints/best.npz")
    save_changed("last", lambda arrays: None, best={"best": 1e9, "best_epoch": 2, "waited": 1})
    assert "best was" in repro("run").difference


@pytest.mark.parametrize(("key", "value"), [("optimizer_steps", 8), ("skipped", 1)])
def test_different_counts_are_reported(config, key, value):
    train(config, run_dir="run")
    os.unlink("run/checkpoints/best.npz")
    was = save_changed("last", lambda arrays: None, **{key: value})[key]
    assert repro("run").difference == f"last.npz: {key} was {value}, but is {was} in the repetition"


def test_paths_of_moved_data_can_be_set(config, tmp_path):
    train(config, run_dir="run")
    shutil.move(tiny.TABLE, "moved.csv")
    assert repro("run", [f"data.train.path={tmp_path}/moved.csv"]).same
    with pytest.raises(RunError, match="seed was 0, is 1"):
        repro("run", [f"data.train.path={tmp_path}/moved.csv", "seed=1"])


def test_unreadable_data_are_reported_as_changed(config):
    train(config, run_dir="run")
    path = Path(tiny.TABLE)
    path.write_text(path.read_text().replace("a,b,side", "a,b,left_or_right"))
    for again in (repro, resume):
        with pytest.raises(RunError, match=r"data have changed since the run began \(content differs: .*sides\.csv"):
            again("run")


def test_a_changed_metric_stops_the_repetition(config):
    train(config, run_dir="run")
    with open("run/metrics.csv", newline="") as file:
        header, *rows = csv.reader(file)
    was = rows[1][header.index("val_loss")]
    rows[1][header.index("val_loss")] = "0.5"
    with open("run/metrics.csv", "w", newline="") as file:
        csv.writer(file, lineterminator="\n").writerows([header, *rows])
    events = []
    found = repro("run", listener=events.append)
    assert found.difference == f"metrics.csv, epoch 2: val_loss was 0.5, but is {was} in the repetition"
    assert (found.same, found.epochs, found.compared) == (False, 2, ())
    assert sum(isinstance(event, EpochEnded) for event in events) == 2


def test_a_missing_row_of_metrics_is_reported(config):
    train(config, run_dir="run")
    lines = Path("run/metrics.csv").read_text().splitlines(keepends=True)
    Path("run/metrics.csv").write_text("".join(lines[:-1]))
    assert repro("run").difference == "metrics.csv has no row of epoch 3"


@pytest.mark.parametrize(
    ("name", "array"),
    [("last", "0.dense.weight"), ("best", "2.dense.bias"), ("last", "state/optimizer/mean/0.dense.bias")],
)
def test_one_changed_bit_is_reported(config, name, array):
    train(config, run_dir="run")
    os.unlink("run/checkpoints/best.npz") if name == "last" else None
    save_changed(name, lambda arrays: flip_last_bit(arrays[array]))
    difference = repro("run").difference
    assert difference.startswith(f"{name}.npz: {array} differs in 1 of ")
    assert "by at most " in difference


def test_different_shapes_are_reported(config):
    train(config, run_dir="run")
    save_changed("best", lambda arrays: arrays.update({"0.dense.bias": np.zeros(3, np.float32)}))
    assert "0.dense.bias was float32 (3,), but is float32 (4,) in the repetition" in repro("run").difference


def test_a_changed_test_result_is_reported(config):
    train(config, run_dir="run")
    values = json.loads(Path("run/test.json").read_text())
    Path("run/test.json").write_text(json.dumps({**values, "accuracy": 2}))
    found = repro("run")
    assert found.difference.startswith("test.json: accuracy was 2, but is ")
    assert found.compared == ALL[:3]


def test_a_checkpoint_beyond_the_last_row_of_metrics_is_reported(config):
    train(config, run_dir="run")
    save_changed("last", lambda arrays: None, epoch=9)
    assert repro("run").difference == "metrics.csv has no row of epoch 4"


def test_environment_changes_are_noted(config):
    train(config, run_dir="run")
    environment = json.loads(Path("run/environment.json").read_text())
    now = environment["numpy"]
    Path("run/environment.json").write_text(json.dumps({**environment, "numpy": "1.0", "python": "3.0"}))
    assert repro("run").environment_changes == (f"numpy 1.0 is now {now}",)


def test_changed_data_are_reported_before_training(config):
    train(config, run_dir="run")
    Path(tiny.TABLE).write_text(tiny.sides(seed=99))
    events = []
    with pytest.raises(RunError, match=rf"content differs: .*{tiny.TABLE}\), so it cannot be repeated"):
        repro("run", listener=events.append)
    assert events == []


def test_runs_that_cannot_be_repeated_are_rejected(config):
    with pytest.raises(RunError, match="no such run directory: nowhere"):
        repro("nowhere")
    train(config, run_dir="run")
    text = Path("run/resolved.yaml").read_text()
    Path("run/resolved.yaml").write_text(text.replace("seed: 0", "seed: 5"))
    with pytest.raises(RunError, match=r"resolved\.yaml: not the config that .*last\.npz was trained with: seed was 0"):
        repro("run")
    Path("run/resolved.yaml").write_text(text)
    Path("run/checkpoints/last.npz").write_bytes(b"PK")
    with pytest.raises(CheckpointError, match=r"last\.npz"):
        repro("run")
    os.unlink("run/checkpoints/last.npz")
    with pytest.raises(RunError, match="run: no checkpoint to compare with yet"):
        repro("run")
    os.unlink("run/status.json")
    with pytest.raises(RunError, match="to start it again: nncli train CONFIG --run-dir run --resume"):
        repro("run")


@pytest.mark.parametrize(("key", "value"), [("epoch", "x"), ("step", -1), ("tally", []), ("best", None)])
def test_invalid_trainer_states_are_rejected(config, key, value):
    train(config, run_dir="run")
    os.unlink("run/checkpoints/best.npz")
    save_changed("last", lambda arrays: None, **{key: value})
    with pytest.raises(CheckpointError, match=r"last\.npz: its state does not fit the model"):
        repro("run")


def test_ctrl_c_during_repro_does_not_change_the_run(config):
    train(config, run_dir="run")
    before = files("run")

    def interrupt(event):
        os.kill(os.getpid(), signal.SIGINT)

    with pytest.raises(KeyboardInterrupt):
        repro("run", listener=interrupt)
    assert files("run") == before
