"""Test that resumed runs give the same bits, and that changed configs and data are rejected."""

from __future__ import annotations

import json
import os
import shutil
import signal
from pathlib import Path

import numpy as np
import pytest

from nncli.core.errors import ConfigError, NonFiniteError, RunError, StoppedError, UserError
from nncli.lifecycle.log_lines import event_lines
from nncli.lifecycle.run_events import FINISHED_BEFORE, RunStarted
from nncli.runs.checkpoint import load
from nncli.training.events import StepEnded
from nncli.workflows.model import Model
from nncli.workflows.repro import repro
from nncli.workflows.resume import resume
from nncli.workflows.train import train
from tests.long import first
from tests.workflows import tiny
from tests.workflows.test_train import members, rows


@pytest.fixture
def config(tmp_path, monkeypatch):
    """Write a config in a temporary working directory, and return its path."""
    monkeypatch.chdir(tmp_path)
    return tiny.write(tmp_path, tiny.classifier())


def stopping_at(step, number=signal.SIGINT):
    """Return a listener that sends the process a signal after a step."""

    def listen(event):
        if isinstance(event, StepEnded) and event.step == step:
            os.kill(os.getpid(), number)

    return listen


def status(run):
    """Return the values of status.json."""
    return json.loads(Path(run, "status.json").read_text())


def same(run, other):
    """Assert that two runs ended with the same bits, and return True."""
    assert rows(run) == rows(other)
    for name in ("best", "last"):
        assert members(f"{run}/checkpoints/{name}.npz") == members(f"{other}/checkpoints/{name}.npz")
    if os.path.exists(f"{other}/test.json"):
        assert Path(run, "test.json").read_text() == Path(other, "test.json").read_text()
    assert status(run) == status(other)
    return True


@pytest.mark.parametrize("step", first(4, [1, 3, 5, 9, 2, 4, 6, 7, 8]))
def test_a_run_stopped_at_any_step_ends_with_the_same_bits(config, step):
    train(config, run_dir="uninterrupted")
    with pytest.raises(StoppedError):
        train(config, run_dir="run", listener=stopping_at(step))
    assert status("run")["state"] == "stopped"
    assert status("run")["step"] == step
    ended = resume("run")
    assert ended.path == "run"
    assert same("run", "uninterrupted")


@pytest.mark.parametrize("threads", [1, 2])
def test_running_statistics_are_restored_on_resume(config, tmp_path, threads):
    values = tiny.convolutional()
    values["model"][1:1] = ["batch_norm", {"type": "residual", "layers": ["batch_norm", "tanh"]}]
    config = tiny.write(tmp_path, values, "normalized.yaml")
    train(config, run_dir="uninterrupted")
    with pytest.raises(StoppedError):
        train(config, [f"training.threads={threads}"], run_dir="run", listener=stopping_at(3))
    resume("run", [f"training.threads={3 - threads}"])
    _, run = load("run/checkpoints/last.npz")
    _, uninterrupted = load("uninterrupted/checkpoints/last.npz")
    assert run["1.batch_norm.running_variance"].tobytes() == uninterrupted["1.batch_norm.running_variance"].tobytes()
    assert (run["2.residual.0.batch_norm.running_mean"] != 0).all()
    assert {name: array.tobytes() for name, array in run.items()} == {n: a.tobytes() for n, a in uninterrupted.items()}


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143), (signal.SIGHUP, 129)])
def test_the_error_of_a_stopped_run_has_the_command_to_resume(config, number, code):
    before = signal.getsignal(signal.SIGINT), signal.getsignal(signal.SIGTERM)
    with pytest.raises(StoppedError) as caught:
        train(config, run_dir="my run", listener=stopping_at(4, number))
    assert caught.value.exit_code == code
    assert "nncli resume 'my run'" in str(caught.value)
    assert "stopped" in Path("my run/train.log").read_text()
    assert (signal.getsignal(signal.SIGINT), signal.getsignal(signal.SIGTERM)) == before


def test_dropout_resumes_in_the_middle_of_an_epoch(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    config = tiny.write(tmp_path, tiny.convolutional())
    train(config, run_dir="uninterrupted")
    with pytest.raises(StoppedError):
        train(config, run_dir="run", listener=stopping_at(1))
    resume("run")
    assert same("run", "uninterrupted")


@pytest.mark.parametrize("step", [1, 2, 5, 6])
def test_metrics_that_store_rows_resume_in_the_middle_of_an_epoch(tmp_path, monkeypatch, step):
    monkeypatch.chdir(tmp_path)
    metrics = ["roc_auc", "average_precision", "f1", "log_loss"]
    training = {"epochs": 3, "batch_size": 16, "checkpoint": {"monitor": "val_roc_auc"}}
    config = tiny.write(tmp_path, tiny.classifier(metrics=metrics, training=training))
    train(config, run_dir="uninterrupted")
    with pytest.raises(StoppedError):
        train(config, run_dir="run", listener=stopping_at(step))
    meta, arrays = load("run/checkpoints/last.npz")
    rows_done = {1: 16, 2: 32, 0: 42}[step % 3]  # the last batch of an epoch is shorter
    assert arrays["state/tally/roc_auc"].size == 1 + 3 * rows_done
    assert set(meta["trainer"]["tally"]) == {"loss", "divisor"}
    resume("run")
    assert same("run", "uninterrupted")


def test_train_resume_continues_the_run(config):
    train(config, run_dir="uninterrupted")
    with pytest.raises(StoppedError):
        train(config, run_dir="run", listener=stopping_at(5))
    train(config, run_dir="run", resume=True)
    assert same("run", "uninterrupted")


def test_a_killed_run_resumes_from_its_last_checkpoint(config):
    train(config, run_dir="uninterrupted")

    class Killed(BaseException):
        pass

    def listen(event):
        if isinstance(event, StepEnded) and event.step == 8:
            raise Killed

    with pytest.raises(Killed):
        train(config, ["training.checkpoint.every_steps=7"], run_dir="run", listener=listen)
    assert status("run")["state"] == "running"
    started = []
    resume("run", ["training.checkpoint.every_steps=null"], started.append)
    assert [event.first_epoch for event in started if isinstance(event, RunStarted)] == [3]
    assert [event.step for event in started if isinstance(event, StepEnded)] == [8, 9]
    assert same("run", "uninterrupted")


@pytest.mark.parametrize("remaining", ["nothing", "no directory", "config", "status", "metrics"])
def test_resuming_a_run_without_a_checkpoint_starts_it(config, remaining):
    train(config, run_dir="uninterrupted")
    if remaining != "no directory":
        os.mkdir("run")
    keep = {"config": ["config.yaml"], "status": ["config.yaml", "status.json"]}
    keep["metrics"] = [*keep["status"], "metrics.csv", "resolved.yaml", "environment.json", "train.log"]
    for name in keep.get(remaining, []):
        shutil.copy(f"uninterrupted/{name}", f"run/{name}")
    if remaining in ("status", "metrics"):
        Path("run/status.json").write_text('{"state": "running", "reason": null, "epoch": 0, "step": 0}')
        os.mkdir("run/checkpoints")
    ended = train(config, run_dir="run", resume=True)
    assert ended.reason == "completed"
    assert same("run", "uninterrupted")
    assert Path("run/config.yaml").read_bytes() == Path("uninterrupted/config.yaml").read_bytes()
    assert Path("run/resolved.yaml").exists()


def test_resuming_a_finished_run_changes_nothing(config):
    train(config, run_dir="run")
    before = {path: path.read_bytes() for path in Path("run").rglob("*") if path.is_file()}
    for ended in (train(config, run_dir="run", resume=True), resume("run")):
        assert ended.reason == FINISHED_BEFORE
        assert ended.path == "run"
    assert before == {path: path.read_bytes() for path in Path("run").rglob("*") if path.is_file()}


def test_a_finished_run_can_be_trained_longer(config):
    train(config, ["training.epochs=5"], run_dir="uninterrupted")
    train(config, run_dir="run")
    resume("run", ["training.epochs=5"])
    assert same("run", "uninterrupted")
    assert "epochs: 5" in Path("run/resolved.yaml").read_text()


@pytest.mark.parametrize(
    ("setting", "difference"),
    [
        ("seed=1", "seed was 0, is 1"),
        ("optimizer.learning_rate=0.5", "optimizer.learning_rate was 0.05, is 0.5"),
        ("model.0.units=5", "model.0.units was 4, is 5"),
        ("training.batch_size=8", "training.batch_size was 16, is 8"),
        ("data.validation.fraction=0.3", "data.validation.fraction was 0.2, is 0.3"),
        ("data.scale_inputs=minmax", "data.scale_inputs.type was 'standard', is 'minmax'"),
        ("dtype=float64", "dtype was 'float32', is 'float64'"),
        ("metrics=[]", "metrics"),
    ],
)
def test_the_error_for_a_changed_config_names_the_difference(config, setting, difference):
    with pytest.raises(StoppedError):
        train(config, run_dir="run", listener=stopping_at(4))
    before = {path: path.read_bytes() for path in Path("run").rglob("*") if path.is_file()}
    for command in (lambda: train(config, [setting], run_dir="run", resume=True), lambda: resume("run", [setting])):
        with pytest.raises(RunError) as caught:
            command()
        assert difference in str(caught.value)
        assert caught.value.exit_code == 2
    assert before == {path: path.read_bytes() for path in Path("run").rglob("*") if path.is_file()}


@pytest.mark.parametrize("setting", ["training.checkpoint.keep=2", "training.threads=1", "name=other"])
def test_settings_that_do_not_affect_results_may_change(config, setting):
    train(config, run_dir="uninterrupted")
    with pytest.raises(StoppedError):
        train(config, run_dir="run", listener=stopping_at(4))
    resume("run", [setting])
    assert rows("run") == rows("uninterrupted")


def test_changed_data_are_rejected(config):
    with pytest.raises(StoppedError):
        train(config, run_dir="run", listener=stopping_at(4))
    Path(tiny.TABLE).write_text(tiny.sides(seed=99))
    with pytest.raises(RunError, match=tiny.TABLE):
        resume("run")


def test_a_missing_run_is_rejected(config):
    with pytest.raises(RunError, match="no such run directory: nowhere"):
        resume("nowhere")
    os.mkdir("empty")
    with pytest.raises(RunError, match="empty: not a run directory"):
        resume("empty")


def test_a_damaged_last_checkpoint_is_rejected(config):
    with pytest.raises(StoppedError):
        train(config, run_dir="run", listener=stopping_at(4))
    path = Path("run/checkpoints/last.npz")
    path.write_bytes(path.read_bytes()[:-200])
    with pytest.raises(UserError, match=r"last\.npz: not an nncli checkpoint, or a damaged one"):
        resume("run")


def test_invalid_settings_are_reported(config):
    train(config, run_dir="run")
    with pytest.raises(ConfigError, match=r"--set: training\.epoch: unknown key 'epoch'"):
        resume("run", ["training.epoch=5"])


def test_environment_settings_do_not_override_a_resolved_config(tmp_path, monkeypatch):
    monkeypatch.setenv("NNCLI_SET", "seed=1 training.epochs=1")
    config = tiny.write(tmp_path, tiny.classifier())
    ended = train(config, ["seed=5", "training.epochs=2"], run_dir=str(tmp_path / "run"))
    assert ended.last["epoch"] == 2
    assert resume(str(tmp_path / "run"), ["training.epochs=3"]).last["epoch"] == 3


def metrics_file(run):
    """Return the lines of metrics.csv."""
    return Path(run, "metrics.csv").read_text().splitlines(keepends=True)


def state(run, name="last"):
    """Return the meta.json of a checkpoint."""
    return load(f"{run}/checkpoints/{name}.npz")[0]


def notes_of(events):
    """Return the notes at the start of a run."""
    (started,) = [event for event in events if isinstance(event, RunStarted)]
    return started.notes


@pytest.mark.parametrize("name", ["best", "epoch-0002-step-00000006"])
def test_wrong_or_missing_checkpoints_are_restored_after_a_kill(config, name):
    settings = ["training.checkpoint.keep=2", "training.epochs=2"]
    train(config, settings, run_dir="uninterrupted")
    shutil.copytree("uninterrupted", "run")
    path = Path(f"run/checkpoints/{name}.npz")
    shutil.copy("uninterrupted/checkpoints/epoch-0001-step-00000003.npz", path) if name == "best" else path.unlink()
    Path("run/status.json").write_text('{"state": "running", "reason": null, "epoch": 1, "step": 3}')
    resume("run")
    assert same("run", "uninterrupted")
    assert sorted(os.listdir("run/checkpoints")) == sorted(os.listdir("uninterrupted/checkpoints"))


def test_metrics_rows_after_the_last_checkpoint_are_not_duplicated(config):
    train(config, run_dir="uninterrupted")
    with pytest.raises(StoppedError):
        train(config, run_dir="run", listener=stopping_at(5))
    extra = metrics_file("uninterrupted")[2]
    with open("run/metrics.csv", "a") as file:
        file.write(extra + "3,9,0.1")
    resume("run")
    assert same("run", "uninterrupted")
    assert len(metrics_file("run")) == 4


def test_removed_metrics_rows_are_reported(config):
    with pytest.raises(StoppedError):
        train(config, run_dir="run", listener=stopping_at(7))
    lines = metrics_file("run")
    Path("run/metrics.csv").write_text("".join(lines[:1] + lines[2:]))
    events = []
    resume("run", listener=events.append)
    assert "1 of the 2 epochs done are no longer in metrics.csv" in notes_of(events)
    assert [row["epoch"] for row in rows("run")] == ["2", "3"]


def test_fewer_epochs_than_done_are_rejected(config):
    with pytest.raises(StoppedError):
        train(config, run_dir="run", listener=stopping_at(7))
    for epochs in (1, 2):
        match = rf"training\.epochs is {epochs}, but 2 epochs and 1 step are done already; set more epochs"
        with pytest.raises(RunError, match=match):
            resume("run", [f"training.epochs={epochs}"])
    assert resume("run", ["training.epochs=3"]).last["epoch"] == 3


def test_the_best_checkpoint_is_suggested_if_the_last_is_missing(config):
    train(config, ["training.epochs=5"], run_dir="uninterrupted")
    with pytest.raises(StoppedError):
        train(config, ["training.epochs=5"], run_dir="run", listener=stopping_at(14))
    copy = r"to resume after epoch 4: ln -f run/checkpoints/best\.npz run/checkpoints/last\.npz"
    Path("run/checkpoints/last.npz").write_bytes(b"PK")
    with pytest.raises(UserError, match=rf"last\.npz: .*; {copy}"):
        resume("run")
    os.unlink("run/checkpoints/last.npz")
    with pytest.raises(RunError, match=rf"last\.npz is missing; {copy}"):
        resume("run")
    with pytest.raises(RunError, match=copy):
        train(config, ["training.epochs=5"], run_dir="run", resume=True)
    shutil.copy("run/checkpoints/best.npz", "run/checkpoints/last.npz")
    resume("run")
    assert same("run", "uninterrupted")


def test_a_damaged_best_checkpoint_is_reported_before_training(config):
    with pytest.raises(StoppedError):
        train(config, run_dir="run", listener=stopping_at(7))
    Path("run/checkpoints/best.npz").write_bytes(b"PK")
    with pytest.raises(UserError, match=r"best\.npz: not an nncli checkpoint"):
        resume("run")


def test_a_changed_environment_is_noted(config):
    with pytest.raises(StoppedError):
        train(config, run_dir="run", listener=stopping_at(7))
    environment = json.loads(Path("run/environment.json").read_text())
    now = environment["numpy"]
    Path("run/environment.json").write_text(json.dumps({**environment, "numpy": "1.0", "cores": 64}))
    events = []
    resume("run", listener=events.append)
    cores = os.cpu_count()
    message = f"since the run began, numpy 1.0 is now {now}; cores 64 is now {cores}"
    assert f"{message}: the last bits may differ from those of an uninterrupted run" in notes_of(events)
    assert "numpy 1.0" in Path("run/train.log").read_text()


def test_new_and_missing_data_files_are_reported(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    image = pytest.importorskip("PIL.Image")
    for name in ("a", "b"):
        os.makedirs(f"images/{name}")
        for number in range(6):
            image.new("L", (4, 4), number * 40).save(f"images/{name}/{number}.png")
    values = tiny.convolutional(training={"epochs": 2, "batch_size": 4})
    values["data"] = {"train": {"path": "images"}}
    values["model"] = [{"type": "dense", "units": 2}, "softmax"]
    config = tiny.write(tmp_path, values)
    with pytest.raises(StoppedError):
        train(config, run_dir="run", listener=stopping_at(1))
    shutil.copy("images/a/1.png", "images/a/new.png")
    os.unlink("images/b/2.png")
    with pytest.raises(RunError) as caught:
        resume("run")
    message = str(caught.value)
    assert f"new: {tmp_path}/images/a/new.png; no longer read: {tmp_path}/images/b/2.png" in message
    assert message.endswith("start a new run in another directory")


def test_a_signal_during_the_test_measurement_stops_after_the_last_epoch(config):
    train(config, run_dir="uninterrupted")

    def listen(event):
        if type(event).__name__ == "TrainingEnded":
            os.kill(os.getpid(), signal.SIGINT)

    with pytest.raises(StoppedError, match="stopped after the last epoch; the state is saved") as caught:
        train(config, run_dir="run", listener=listen)
    assert caught.value.exit_code == 130
    assert not Path("run/test.json").exists()
    assert status("run")["state"] == "stopped"
    resume("run")
    assert same("run", "uninterrupted")


def test_a_signal_during_validation_stops_the_run(config):
    train(config, run_dir="uninterrupted")

    def listen(event):
        if type(event).__name__ == "RowsMeasured" and event.epoch == 2:
            os.kill(os.getpid(), signal.SIGTERM)

    with pytest.raises(StoppedError, match="in epoch 2 after step 6") as caught:
        train(config, run_dir="run", listener=listen)
    assert caught.value.exit_code == 143
    assert len(rows("run")) == 1
    resume("run")
    assert same("run", "uninterrupted")


def test_weights_that_are_not_finite_are_never_saved(config, monkeypatch):
    with pytest.raises(StoppedError):
        train(config, run_dir="run", listener=stopping_at(4))

    def broken(self, gradient, rate, each):
        for blocks in self._parts:
            for _, p, *_ in blocks:
                p[...] = float("inf")

    monkeypatch.setattr("nncli.optim.driver.Driver.step", broken)
    with pytest.raises(NonFiniteError) as caught:
        train(config, run_dir="run", resume=True)
    message = str(caught.value)
    assert "epoch 2, step 6: the loss is nan, first in the output of model.0.dense" in message
    with pytest.raises(NonFiniteError) as caught:
        resume("run", ["training.checkpoint.every_steps=1"])
    message = str(caught.value)
    assert "epoch 2, step 5: the weights are not finite, first in model.0.dense" in message
    assert "the checkpoint after step 4 (epochs done: 1) is intact" in message
    assert load("run/checkpoints/last.npz")[0]["step"] == 4


def test_a_run_resumes_with_moved_data(config, tmp_path):
    train(config, ["training.epochs=4"], run_dir="uninterrupted")
    with pytest.raises(StoppedError):
        train(config, ["training.epochs=4"], run_dir="run", listener=stopping_at(4))
    shutil.move(tiny.TABLE, "moved.csv")
    with pytest.raises(ConfigError, match="no such file"):
        resume("run")
    shutil.copy("moved.csv", "other.csv")
    with open("other.csv", "a") as file:
        file.write("1,2,right\n")
    with pytest.raises(RunError, match=r"new: .*other\.csv; no longer read: .*sides\.csv"):
        resume("run", [f"data.train.path={tmp_path}/other.csv"])
    resume("run", [f"data.train.path={tmp_path}/moved.csv", "training.epochs=3"])
    resume("run", ["training.epochs=4"])
    assert same("run", "uninterrupted")
    assert list(json.loads(Path("run/environment.json").read_text())["data"]) == [f"{tmp_path}/moved.csv"]
    assert repro("run").same


def test_sighup_is_ignored_under_nohup(config):
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        assert train(config, run_dir="run", listener=stopping_at(2, signal.SIGHUP)).reason == "completed"
        assert signal.getsignal(signal.SIGHUP) == signal.SIG_IGN
    finally:
        signal.signal(signal.SIGHUP, before)


@pytest.mark.parametrize(
    ("step", "message"),
    [(4, "resuming with epoch 2, after step 1 of 3"), (7, "resuming with epoch 3, after step 1 of 3")],
)
def test_the_step_to_resume_from_is_shown(config, step, message):
    with pytest.raises(StoppedError):
        train(config, run_dir="run", listener=stopping_at(step))
    events = []
    resume("run", listener=events.append)
    (started,) = [event for event in events if isinstance(event, RunStarted)]
    assert message in event_lines(started)


def test_the_stored_config_is_not_affected_by_later_edits(config, monkeypatch):
    from nncli.assemble import session

    content, make = Path(config).read_bytes(), session.make_session

    def edited_meanwhile(*arguments, **keys):
        Path(config).write_text("seed: 9")
        return make(*arguments, **keys)

    monkeypatch.setattr(session, "make_session", edited_meanwhile)
    train(config, run_dir="run")
    assert Path("run/config.yaml").read_bytes() == content


def test_runs_on_arrays_resume_only_in_python(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    x = np.random.default_rng(0).normal(size=(40, 2))
    model = Model([{"type": "dense", "units": 1}], "mse", seed=1)

    monkeypatch.setattr("nncli.lifecycle.training_run.event_lines", lambda event, epochs: stopping_at(2)(event) or [])
    with pytest.raises(StoppedError) as caught:
        model.train(x, x[:, :1], epochs=2, verbose=False, run_dir="run")
    assert str(caught.value).endswith("To resume: nncli.Model.load('run/checkpoints/last.npz').train(...)")
    assert len(Model.load("run/checkpoints/last.npz").train(x, x[:, :1], epochs=1, verbose=False)) == 1
    with pytest.raises(UserError, match=r"given from Python .* continue in Python with nncli\.Model\.load"):
        resume("run")
