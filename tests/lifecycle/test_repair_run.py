"""Test the messages for damaged, missing and swapped checkpoints, and the commands in these messages."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import zipfile
from pathlib import Path

import pytest

from nncli.core.errors import CheckpointError, ConfigError, DataError, RunError, SaveError, StoppedError, UserError
from nncli.lifecycle.log_lines import event_lines
from nncli.lifecycle.run_events import FINISHED_BEFORE
from nncli.runs import checkpoint_archive
from nncli.runs.checkpoint import read_meta
from nncli.workflows.evaluate import evaluate
from nncli.workflows.inspect import inspect
from nncli.workflows.repro import repro
from nncli.workflows.resume import resume
from nncli.workflows.train import train
from tests.workflows import tiny
from tests.workflows.test_resume import same, stopping_at

SETTINGS = ["training.epochs=6", "training.checkpoint.keep=9"]
ROUGH = {
    "optimizer": {"type": "sgd", "learning_rate": 20.0},
    "seed": 1,
}  # so that some epochs are worse than earlier ones


@pytest.fixture
def config(tmp_path, monkeypatch):
    """Write a config in the working directory."""
    monkeypatch.chdir(tmp_path)
    return tiny.write(tmp_path, tiny.classifier())


@pytest.fixture
def rough(tmp_path, monkeypatch):
    """Train a run and stop it in its fifth epoch; its best epoch is one of the first three."""
    monkeypatch.chdir(tmp_path)
    config = tiny.write(tmp_path, tiny.classifier(**ROUGH))
    train(config, SETTINGS, run_dir="whole")
    with pytest.raises(StoppedError):
        train(config, SETTINGS, run_dir="run", listener=stopping_at(14))
    assert read_meta("run/checkpoints/best.npz")["epoch"] < 4
    return config


def damage(name):
    """Change a byte in the middle of a checkpoint; hard links to the file change too."""
    path = Path(f"run/checkpoints/{name}.npz")
    with path.open("r+b") as file:
        file.seek(path.stat().st_size // 2)
        byte = file.read(1)
        file.seek(-1, os.SEEK_CUR)
        file.write(bytes((byte[0] ^ 255,)))


def put(source, target):
    """Replace a checkpoint with a copy of another one; hard links to the old file stay unchanged."""
    Path(f"run/checkpoints/{target}.npz").unlink(missing_ok=True)
    shutil.copy(f"run/checkpoints/{source}.npz", f"run/checkpoints/{target}.npz")


def advice(go_on, kind=UserError):
    """Run the command at the end of the error message that `go_on` raises, and return the command."""
    with pytest.raises(kind) as caught:
        go_on()
    (command,) = re.findall(r": (ln -f .*)$", str(caught.value))
    subprocess.run(command, shell=True, check=True)
    return command


def test_a_damaged_last_checkpoint_can_be_replaced_with_the_previous_one(rough):
    damage("last")
    assert "epoch-0004" in advice(lambda: resume("run"))
    resume("run")
    assert same("run", "whole")


def test_hard_links_to_a_damaged_checkpoint_are_not_suggested(rough):
    shutil.rmtree("run")
    shutil.copytree("whole", "run")
    os.unlink("run/checkpoints/last.npz")
    os.link("run/checkpoints/epoch-0006-step-00000018.npz", "run/checkpoints/last.npz")
    damage("last")
    assert "epoch-0005" in advice(lambda: resume("run"))
    Path("run/status.json").write_text('{"state": "running", "reason": null, "epoch": 5, "step": 15}')
    resume("run")
    assert same("run", "whole")


def test_a_run_whose_only_checkpoint_is_damaged_cannot_resume(config):
    train(config, run_dir="run")
    assert os.path.samefile("run/checkpoints/best.npz", "run/checkpoints/last.npz")
    damage("last")
    with pytest.raises(CheckpointError, match=r"last\.npz: .*; start a new run in another directory$"):
        resume("run")


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="the superuser may read everything")
def test_the_error_for_an_unreadable_checkpoint_advises_to_make_it_readable(rough):
    os.chmod("run/checkpoints/last.npz", 0)
    with pytest.raises(CheckpointError, match=r"Permission denied.*make it readable"):
        resume("run")


def test_a_missing_best_checkpoint_can_be_replaced_with_the_checkpoint_of_its_epoch(rough):
    os.unlink("run/checkpoints/best.npz")
    advice(lambda: resume("run"))
    resume("run")
    assert same("run", "whole")


def test_a_best_checkpoint_without_a_copy_cannot_be_replaced(rough):
    epoch = read_meta("run/checkpoints/best.npz")["epoch"]
    os.unlink("run/checkpoints/best.npz")
    os.unlink(f"run/checkpoints/epoch-{epoch:04d}-step-{3 * epoch:08d}.npz")
    with pytest.raises(CheckpointError, match=r"predict with run/checkpoints/last\.npz, or start a new run"):
        resume("run")


def test_a_best_checkpoint_of_the_wrong_epoch_is_refused(rough):
    shutil.rmtree("run")
    shutil.copytree("whole", "run")
    put("epoch-0001-step-00000003", "last")
    Path("run/status.json").write_text('{"state": "running", "reason": null, "epoch": 1, "step": 3}')
    resume("run")  # the best epoch so far is the epoch of this checkpoint
    assert same("run", "whole")
    put("epoch-0005-step-00000015", "last")
    put("epoch-0006-step-00000018", "best")
    Path("run/status.json").write_text('{"state": "running", "reason": null, "epoch": 5, "step": 15}')
    with pytest.raises(CheckpointError, match=r"best\.npz: is of epoch 6, but the best epoch of this run so far was"):
        resume("run")
    assert repro("run").difference.startswith("best.npz is of epoch 6")


@pytest.mark.parametrize("ended", [True, False])
def test_a_run_whose_checkpoints_are_missing_is_not_restarted(config, ended):
    if ended:
        train(config, run_dir="run")
    else:
        with pytest.raises(StoppedError):
            train(config, run_dir="run", listener=stopping_at(2))
    for name in os.listdir("run/checkpoints"):
        os.unlink(f"run/checkpoints/{name}")
    before = {path: path.read_bytes() for path in Path("run").rglob("*") if path.is_file()}
    for go_on in (lambda: train(config, run_dir="run", resume=True), lambda: resume("run")):
        with pytest.raises(RunError, match=r"checkpoints/last\.npz is missing; start a new run in another directory"):
            go_on()
    assert before == {path: path.read_bytes() for path in Path("run").rglob("*") if path.is_file()}


def test_a_run_resumes_without_status_json(rough):
    os.unlink("run/status.json")
    resume("run")
    assert same("run", "whole")


def test_train_writes_a_missing_resolved_config_again(rough):
    os.unlink("run/resolved.yaml")
    again = r"resolved\.yaml is missing; to write it again and resume: nncli train CONFIG --run-dir run --resume"
    for go_on in (resume, repro):
        with pytest.raises(RunError, match=again):
            go_on("run")
    train(rough, SETTINGS, run_dir="run", resume=True)
    assert Path("run/resolved.yaml").exists()
    assert same("run", "whole")


def test_a_missing_environment_is_reported(rough):
    os.unlink("run/environment.json")
    for go_on in (lambda: resume("run"), lambda: train(rough, SETTINGS, run_dir="run", resume=True)):
        with pytest.raises(RunError, match=r"environment\.json is missing, so changes in the data cannot be detected"):
            go_on()


@pytest.mark.parametrize(
    ("path", "message"),
    [
        ("config.yaml", "a file; expected a run directory; to train a config, write: nncli train config.yaml"),
        ("run/checkpoints/best.npz", "a file; expected a run directory; did you mean 'run'?"),
        ("run/checkpoints", r"not a run directory \(it has no status.json\); did you mean 'run'?"),
    ],
)
def test_paths_that_are_not_run_directories_are_reported_with_a_suggestion(config, path, message):
    train(config, run_dir="run")
    for go_on in (resume, repro):
        with pytest.raises(RunError, match=f"^{path}: {message.replace('?', '.')}$"):
            go_on(path)


def test_a_run_directory_that_is_moved_during_training_is_reported(config):
    def listen(event):
        if type(event).__name__ == "EpochEnded" and event.record["epoch"] == 1:
            os.rename("run", "moved")

    with pytest.raises(SaveError, match=r"the run directory is missing; if it was moved: nncli resume NEW-PATH$"):
        train(config, ["training.epochs=6"], run_dir="run", listener=listen)
    train(config, ["training.epochs=6"], run_dir="whole")
    resume("moved")
    assert same("moved", "whole")


def test_unknown_keys_are_reported_before_settings_that_need_a_new_run(config):
    train(config, run_dir="run")
    with pytest.raises(RunError, match=r"a resumed run must not change loss=mean_squared_error; start a new run in"):
        resume("run", ["loss=mean_squared_error"])
    with pytest.raises(ConfigError, match=r"--set: training\.epoch: unknown key"):
        resume("run", ["loss=mean_squared_error", "training.epoch=3"])


def test_ignored_settings_of_a_finished_run_are_reported(config):
    train(config, run_dir="run")
    ended = resume("run", ["training.epochs=2", "name=other"])
    assert ended.reason == FINISHED_BEFORE
    changes = "name was 'tiny', is 'other'; training.epochs was 3, is 2"
    note = f"changed settings were ignored, because the run is finished: {changes}"
    assert note in "\n".join(event_lines(ended))


def test_evaluate_refuses_test_rows_from_changed_data(config):
    train(config, run_dir="run")
    before = evaluate("run").results
    path = Path(tiny.TABLE)
    header, *lines = path.read_text().splitlines(keepends=True)
    path.write_text("".join([header, *reversed(lines)]))
    with pytest.raises(
        DataError, match=r"content differs: .*sides\.csv\): the model may have been trained on these rows"
    ):
        evaluate("run")
    assert evaluate("run", tiny.TABLE).rows == 60
    path.write_text("".join([header, *lines]))
    assert evaluate("run/checkpoints/best.npz").results == before
    os.makedirs("models")
    shutil.copy("run/checkpoints/best.npz", "models/best.npz")
    Path("environment.json").write_text("something else")
    assert evaluate("models/best.npz").results == before


def test_inspect_reads_the_last_epoch_from_the_last_checkpoint(rough):
    assert inspect("run")["last"]["epoch"] == 4
    assert inspect("run/checkpoints/best.npz")["last"]["epoch"] == 3
    with zipfile.ZipFile("run/checkpoints/last.npz") as archive:
        at = archive.infolist()[-1].header_offset - 3  # in the data of the array before the last one
    with open("run/checkpoints/last.npz", "r+b") as file:
        file.seek(at)
        file.write(b"\x41\x41")
    inspect("run")
    with pytest.raises(CheckpointError, match=r"last\.npz: the array .* is damaged"):
        inspect("run", verify=True)


def test_arrays_of_another_model_are_refused_before_they_are_read(config, monkeypatch):
    train(config, run_dir="run")
    monkeypatch.setattr(checkpoint_archive.CheckpointArchive, "array", lambda *_: pytest.fail("the array was read"))
    monkeypatch.setattr("nncli.lifecycle.predictor.parameter_layout", lambda *_: other)
    from nncli.nn.parameters import ParameterLayout

    other = ParameterLayout({}, "float32")
    from nncli.lifecycle.predictor import load_predictor

    with pytest.raises(CheckpointError, match=r"the array '0\.dense\.weight' does not belong to the model"):
        load_predictor("run")
