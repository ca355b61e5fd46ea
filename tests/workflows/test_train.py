"""Test training a config: files of a run, reproducible bits, and failures that leave no files."""

from __future__ import annotations

import contextlib
import csv
import json
import os
import re
import zipfile
from pathlib import Path

import numpy as np
import pytest

import nncli
from nncli.config.reader import read_value
from nncli.core.errors import ConfigError, NonFiniteError, RunError, RunFailedError, SaveError, UserError
from nncli.runs import checkpoint
from nncli.workflows.evaluate import evaluate
from nncli.workflows.train import train
from tests.workflows import tiny

FILES = ["checkpoints", "config.yaml", "environment.json", "metrics.csv", "resolved.yaml", "status.json", "train.log"]

NAMES = ("best", "last")


@pytest.fixture
def inside(tmp_path, monkeypatch):
    """Change to a temporary working directory and return it."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


def rows(run):
    """Return the rows of metrics.csv without the seconds."""
    with open(os.path.join(run, "metrics.csv"), newline="") as file:
        return [{name: value for name, value in row.items() if name != "seconds"} for row in csv.DictReader(file)]


def members(path):
    """Return the arrays of a checkpoint as bytes, by name."""
    with zipfile.ZipFile(path) as archive:
        return {name: archive.read(name) for name in archive.namelist() if name != checkpoint.META}


def test_a_run_writes_its_files(inside):
    config = tiny.write(inside, tiny.classifier())
    ended = train(config)
    assert re.fullmatch(r"runs/\d{8}-\d{6}-tiny", ended.path)
    run = inside / ended.path
    assert sorted(os.listdir(run)) == sorted([*FILES, "test.json"])
    assert sorted(os.listdir(run / "checkpoints")) == ["best.npz", "last.npz"]
    assert (run / "config.yaml").read_bytes() == Path(config).read_bytes()

    status = json.loads((run / "status.json").read_text())
    assert status == {"state": "finished", "reason": "completed", "epoch": 3, "step": 9}

    header, *lines = (run / "metrics.csv").read_text().splitlines()
    assert header == "epoch,step,train_loss,train_accuracy,val_loss,val_accuracy,learning_rate,seconds"
    assert [line.split(",")[:2] for line in lines] == [["1", "3"], ["2", "6"], ["3", "9"]]

    best = min(rows(run), key=lambda row: float(row["val_loss"]))
    test = json.loads((run / "test.json").read_text())
    assert list(test) == ["loss", "accuracy", "epoch"]
    assert test["epoch"] == int(best["epoch"]) == ended.best["epoch"]
    assert ended.test == {name: test[name] for name in ("loss", "accuracy")}

    environment = json.loads((run / "environment.json").read_text())
    assert environment["nncli"] == nncli.__version__
    assert environment["numpy"] == np.__version__
    assert {"python", "platform", "blas", "compiler", "threads", "command_line"} <= set(environment)
    (fingerprint,) = environment["data"].items()
    assert fingerprint[0] == str(inside / tiny.TABLE)
    assert re.fullmatch(r"[0-9a-f]{64}", fingerprint[1])


def test_a_run_without_held_out_rows_writes_no_test_json(inside):
    values = tiny.classifier(metrics=[])
    values["data"] = {"train": values["data"]["train"]}
    run = train(tiny.write(inside, values)).path
    assert sorted(os.listdir(run)) == FILES
    assert list(rows(run)[0]) == ["epoch", "step", "train_loss", "learning_rate"]
    assert read_value(Path(run, "resolved.yaml").read_text())["training"]["checkpoint"]["monitor"] == "train_loss"


def test_metrics_are_in_the_order_of_the_config(inside):
    run = train(tiny.write(inside, tiny.regression(metrics=["r2", "mae", "rmse"]))).path
    names = ["loss", "r2", "mae", "rmse"]
    assert list(rows(run)[0])[2:-1] == [f"{kind}_{name}" for kind in ("train", "val") for name in names]


def test_train_log_has_the_printed_lines(inside):
    run = train(tiny.write(inside, tiny.classifier())).path
    log = Path(run, "train.log").read_text().splitlines()
    assert sum(line.startswith("epoch ") for line in log) == 3
    assert any(line.startswith("best epoch ") for line in log)
    assert any(line.startswith("test: loss ") for line in log)


@pytest.mark.parametrize(
    "values", [tiny.classifier(), tiny.regression(), tiny.convolutional()], ids=lambda v: v["name"]
)
def test_the_same_config_gives_the_same_bits(inside, values):
    config = tiny.write(inside, values)
    first, again = train(config).path, train(config, run_dir="again").path
    assert rows(first) == rows(again)
    for name in ("best", "last"):
        one, two = (members(os.path.join(run, "checkpoints", f"{name}.npz")) for run in (first, again))
        assert one == two
    for name in ("resolved.yaml", "config.yaml"):
        assert Path(first, name).read_bytes() == Path(again, name).read_bytes()


def test_another_seed_gives_different_results(inside):
    config = tiny.write(inside, tiny.classifier())
    first, other = train(config, run_dir="a").path, train(config, ["seed=1"], run_dir="b").path
    assert rows(first)[0]["train_loss"] != rows(other)[0]["train_loss"]


@pytest.mark.parametrize("threads", [1, 2])
def test_convolutions_give_the_same_bits_with_any_number_of_threads(inside, threads):
    config = tiny.write(inside, tiny.convolutional())
    one = train(config, run_dir="one").path
    two = train(config, [f"training.threads={threads}"], run_dir="two").path
    assert rows(one) == rows(two)
    assert members("one/checkpoints/last.npz") == members("two/checkpoints/last.npz")


def test_the_resolved_config_repeats_the_run_from_anywhere(inside):
    (inside / "deep").mkdir()
    config = tiny.write(inside / "deep", tiny.regression())
    first = train(config, ["seed=5", "training.epochs=2", "optimizer.learning_rate=1e-1"]).path
    again = train(os.path.join(first, "resolved.yaml")).path
    assert rows(first) == rows(again)
    assert members(os.path.join(first, "checkpoints", "last.npz")) == members(
        os.path.join(again, "checkpoints", "last.npz")
    )
    assert Path(first, "resolved.yaml").read_text() == Path(again, "resolved.yaml").read_text()
    assert re.search("learning_rate: 0.1\\b", Path(first, "resolved.yaml").read_text())
    assert str(inside / "deep" / tiny.LINE) in Path(first, "resolved.yaml").read_text()


def test_the_default_name_is_the_stem_of_the_file(inside):
    values = tiny.classifier()
    del values["name"]
    run = train(tiny.write(inside, values, "my config.v2.yaml")).path
    assert run.endswith("-my-config.v2")
    assert read_value(Path(run, "resolved.yaml").read_text())["name"] == "my config.v2"


def test_the_arrays_of_a_checkpoint_have_layer_names(inside):
    values = tiny.convolutional(optimizer={"type": "sgd", "momentum": 0.5})
    run = train(tiny.write(inside, values)).path
    with np.load(os.path.join(run, "checkpoints", "best.npz"), allow_pickle=False) as archive:
        shapes = {name: archive[name].shape for name in archive.files if name != "meta.json"}
    weights = {
        "0.conv2d.weight": (3, 3, 1, 3),
        "0.conv2d.bias": (3,),
        "4.dense.weight": (27, 2),
        "4.dense.bias": (2,),
    }
    assert {name: shape for name, shape in shapes.items() if "/" not in name} == weights
    rest = {name: shape for name, shape in shapes.items() if "/" in name}
    assert rest
    assert all(name.startswith("state/") for name in rest)


def test_meta_json_describes_the_checkpoint(inside):
    values = tiny.classifier()
    run = train(tiny.write(inside, values)).path
    meta = checkpoint.read_meta(os.path.join(run, "checkpoints", "last.npz"))
    assert meta["config"] == read_value(Path(run, "resolved.yaml").read_text())
    assert meta["input_shape"] == [2]
    assert [layer["output_shape"] for layer in meta["layers"]] == [[4], [4], [1], [1]]
    assert meta["class_names"] == ["left", "right"]
    assert meta["feature_names"] == ["a", "b"]
    assert (meta["epoch"], meta["step"]) == (3, 9)
    assert {name: str(value) for name, value in meta["last"].items() if name in ("epoch", "val_loss")} == {
        name: value for name, value in rows(run)[-1].items() if name in ("epoch", "val_loss")
    }
    assert meta["preprocessing"]["input_scaling"]["scale"][0] > 0


def test_the_best_checkpoint_is_of_the_best_epoch(inside):
    values = tiny.classifier(training={"epochs": 6, "batch_size": 16, "checkpoint": {"monitor": "val_accuracy"}})
    values["optimizer"] = {"type": "sgd", "learning_rate": 3.0}
    run = train(tiny.write(inside, values)).path
    accuracies = [float(row["val_accuracy"]) for row in rows(run)]
    best = checkpoint.read_meta(os.path.join(run, "checkpoints", "best.npz"))
    assert best["epoch"] == 1 + accuracies.index(max(accuracies))
    assert checkpoint.read_meta(os.path.join(run, "checkpoints", "last.npz"))["epoch"] == 6
    measured = evaluate(os.path.join(run, "checkpoints", "best.npz"))
    assert measured.results == pytest.approx(
        {k: v for k, v in json.loads(Path(run, "test.json").read_text()).items() if k != "epoch"}
    )


def test_the_test_rows_are_evaluated_with_the_best_weights(inside):
    values = tiny.classifier(training={"epochs": 8, "batch_size": 8})
    values["optimizer"] = {"type": "sgd", "learning_rate": 20.0}
    values["data"]["test"] = {"fraction": 0.3}
    ended = train(tiny.write(inside, values))
    assert ended.best["epoch"] < 8, "the best and the last weights must differ for this test"
    test = evaluate(ended.path).results
    last = evaluate(os.path.join(ended.path, "checkpoints", "last.npz")).results
    assert ended.test == test
    assert last["loss"] != test["loss"]


def test_metrics_are_in_original_units_and_the_loss_is_not(inside):
    run = train(tiny.write(inside, tiny.regression())).path
    first = {name: float(value) for name, value in rows(run)[0].items()}
    assert first["val_rmse"] > 50
    assert first["val_loss"] < 20
    scale = checkpoint.read_meta(os.path.join(run, "checkpoints", "last.npz"))["preprocessing"]["target_scaling"][
        "scale"
    ][0]
    assert first["val_rmse"] == pytest.approx(np.sqrt(first["val_loss"]) * scale, rel=1e-5)


def test_keep_is_the_number_of_kept_checkpoints(inside):
    values = tiny.classifier(training={"epochs": 5, "batch_size": 16, "checkpoint": {"keep": 2}})
    run = train(tiny.write(inside, values)).path
    kept = sorted(set(os.listdir(os.path.join(run, "checkpoints"))) - {"best.npz", "last.npz"})
    assert [checkpoint.read_meta(os.path.join(run, "checkpoints", name))["epoch"] for name in kept] == [4, 5]


def test_every_epochs_sets_when_the_last_checkpoint_is_saved(inside):
    values = tiny.classifier(training={"epochs": 7, "batch_size": 16, "checkpoint": {"every_epochs": 3}})
    values["optimizer"] = {"type": "sgd", "learning_rate": 1e-30}  # the first epoch stays the best
    saved = []
    config = tiny.write(inside, values)

    def listen(event):
        if type(event).__name__ == "EpochEnded":
            saved.append(tuple(checkpoint.read_meta(f"run/checkpoints/{name}.npz")["epoch"] for name in NAMES))

    train(config, run_dir="run", listener=listen)
    assert saved == [(1, 1), (1, 1), (1, 3), (1, 3), (1, 3), (1, 6), (1, 7)]


def test_early_stopping_ends_the_run_and_is_in_its_status(inside):
    stopping = {"patience": 2, "monitor": "val_loss"}
    values = tiny.classifier(training={"epochs": 200, "batch_size": 8, "early_stopping": stopping})
    values["optimizer"] = {"type": "sgd", "learning_rate": 30.0}
    ended = train(tiny.write(inside, values), run_dir="run")
    losses = [float(row["val_loss"]) for row in rows("run")]
    assert len(losses) == 1 + losses.index(min(losses)) + 2 < 200
    status = json.loads(Path("run/status.json").read_text())
    assert (ended.reason, status["reason"], status["state"]) == ("early_stopping", "early_stopping", "finished")
    assert status["epoch"] == len(losses)


def test_the_error_for_divergence_names_epoch_step_and_layer_and_has_a_hint(inside):
    values = tiny.regression(optimizer={"type": "sgd", "learning_rate": 100.0})
    values["data"] |= {"scale_inputs": "none", "scale_targets": "none"}
    values["training"]["epochs"] = 50
    with pytest.raises(NonFiniteError) as caught:
        train(tiny.write(inside, values), run_dir="run")
    message = str(caught.value)
    assert re.match(r"epoch \d+, step \d+: the (loss|gradient) is .*, (first in|in the loss itself)", message)
    assert "scale_targets: standard" in message
    status = json.loads(Path("run/status.json").read_text())
    assert status["state"] == "failed"
    assert "epoch" in status["reason"]
    assert status["reason"] in Path("run/train.log").read_text()


def test_the_hint_for_divergence_names_the_largest_input(inside):
    rows = "\n".join(f"{i * 1000},{i % 7}" for i in range(1, 40))
    (inside / "large.csv").write_text(f"x,y\n{rows}\n")
    values = tiny.regression(optimizer={"type": "sgd", "learning_rate": 1.0})
    values["data"] = {"train": {"path": "large.csv", "targets": "y"}}
    with pytest.raises(NonFiniteError, match=r"inputs reach 39000: try data\.scale_inputs: standard"):
        train(tiny.write(inside, values), run_dir="run")


def test_the_hint_for_divergence_without_large_inputs_is_a_smaller_rate(inside):
    values = tiny.regression(optimizer={"type": "sgd", "learning_rate": 1e30})
    values["training"]["epochs"] = 50
    with pytest.raises(NonFiniteError, match=r"try a smaller optimizer\.learning_rate, or training\.clip_norm: 1"):
        train(tiny.write(inside, values), run_dir="run")


@pytest.mark.parametrize(
    ("change", "error"),
    [
        ({"optimizer": "adm"}, ConfigError),
        ({"data": {"train": {"path": "gone.csv", "targets": "y"}}}, ConfigError),
        ({"model": [{"type": "dense", "units": 3}, "softmax"]}, ConfigError),
        ({"loss": "mse"}, ConfigError),
    ],
)
@pytest.mark.parametrize("run_dir", [None, "run"])
def test_a_run_that_cannot_start_leaves_no_files(inside, change, error, run_dir):
    config = tiny.write(inside, tiny.classifier(**change))
    before = sorted(os.listdir(inside))
    with pytest.raises(error):
        train(config, run_dir=run_dir)
    assert sorted(os.listdir(inside)) == before


def test_an_existing_run_is_rejected_and_unchanged(inside):
    config = tiny.write(inside, tiny.classifier())
    train(config, run_dir="run")
    before = {path: path.read_bytes() for path in Path("run").rglob("*") if path.is_file()}
    with pytest.raises(RunError, match="run: holds a run already; name another directory, or resume it with --resume"):
        train(config, run_dir="run")
    assert before == {path: path.read_bytes() for path in Path("run").rglob("*") if path.is_file()}


def test_a_full_disk_keeps_the_last_checkpoint(inside, monkeypatch):
    config = tiny.write(inside, tiny.classifier())
    replace, count = os.replace, 0

    def full(source, target):
        nonlocal count
        if target.endswith("last.npz"):
            count += 1
            if count == 2:
                raise OSError(28, "No space left on device")
        replace(source, target)

    monkeypatch.setattr(os, "replace", full)
    with pytest.raises(SaveError, match=r"last\.npz: cannot be written \(No space left on device\)") as caught:
        train(config, run_dir="run")
    assert caught.value.exit_code == 1
    assert checkpoint.load("run/checkpoints/last.npz")[0]["epoch"] == 1
    assert sorted(os.listdir("run/checkpoints")) == ["best.npz", "last.npz"]
    assert json.loads(Path("run/status.json").read_text())["state"] == "failed"


def test_resume_needs_a_directory(inside):
    with pytest.raises(UserError, match="--resume needs --run-dir"):
        train(tiny.write(inside, tiny.classifier()), resume=True)


def test_runs_started_in_the_same_second_get_numbers(inside, monkeypatch):
    monkeypatch.setattr("time.strftime", lambda form, *_: "20261123-121500")
    config = tiny.write(inside, tiny.classifier(training={"epochs": 1}))
    assert [train(config).path for _ in range(3)] == [
        f"runs/20261123-121500-tiny{ending}" for ending in ("", "-2", "-3")
    ]


def test_json_files_are_valid_with_non_finite_values(inside):
    """The last step makes the weights so large that the validation loss overflows."""
    values = tiny.regression(optimizer={"type": "sgd", "learning_rate": 1e30}, training={"epochs": 1})
    values["data"] |= {"test": {"fraction": 0.2}}
    with contextlib.suppress(RunFailedError):
        train(tiny.write(inside, values), run_dir="run")
    for path in Path("run").glob("*.json"):
        json.loads(path.read_text(), parse_constant=lambda name, path=path: pytest.fail(f"{path}: {name} is not JSON"))
