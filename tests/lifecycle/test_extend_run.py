"""Test extending a finished run by more epochs."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from nncli.core.errors import StoppedError
from nncli.lifecycle.run_events import FINISHED_BEFORE
from nncli.workflows.resume import resume
from nncli.workflows.train import train
from tests.workflows import tiny
from tests.workflows.test_resume import notes_of, same, state, status, stopping_at
from tests.workflows.test_train import rows

EARLY = {"epochs": 60, "batch_size": 8, "early_stopping": {"patience": 2}}
ROUGH = {"type": "sgd", "learning_rate": 3.0}


@pytest.fixture
def early(tmp_path, monkeypatch):
    """Write the config of a run that stops early."""
    monkeypatch.chdir(tmp_path)
    return tiny.write(tmp_path, tiny.classifier(training=EARLY, optimizer=ROUGH))


def test_a_run_that_stopped_early_is_finished_and_can_be_extended(early):
    first = train(early, run_dir="run")
    epochs = int(first.last["epoch"])
    assert first.reason == "early_stopping"
    for settings in ([], ["training.checkpoint.keep=2"], ["training.threads=1"]):
        assert resume("run", settings).reason == FINISHED_BEFORE
    events = []
    resume("run", ["training.epochs=61"], events.append)
    assert "the run had stopped early; early stopping counts from zero again" in notes_of(events)
    assert rows("run")[-1]["epoch"] != str(epochs)


@pytest.mark.parametrize("setting", ["training.epochs=40", "training.early_stopping.patience=1"])
def test_fewer_epochs_do_not_extend_a_run(early, setting):
    train(early, run_dir="run")
    before = rows("run")
    assert resume("run", [setting]).reason == FINISHED_BEFORE
    assert rows("run") == before


def test_a_stopped_run_ends_immediately_if_it_resumes_with_less_patience(early):
    with pytest.raises(StoppedError):
        train(early, ["training.early_stopping.patience=9"], run_dir="run", listener=stopping_at(40))
    waited = state("run")["trainer"]["stopping"]["waited"]
    assert waited >= 1
    events = []
    ended = resume("run", [f"training.early_stopping.patience={waited}"], events.append)
    assert ended.reason == "early_stopping"
    assert not [note for note in notes_of(events) if "from zero again" in note]


def test_resuming_with_more_patience_equals_training_with_it_from_the_start(early):
    epochs = train(early, run_dir="run").last["epoch"]
    longer = ["training.early_stopping.patience=5", "training.epochs=60"]
    train(early, longer, run_dir="whole")
    events = []
    resume("run", longer, events.append)
    assert not [note for note in notes_of(events) if "from zero again" in note]
    assert same("run", "whole")
    assert len(rows("run")) > epochs


def test_a_run_killed_after_early_stopping_trains_no_more_epochs(early):
    train(early, run_dir="run")
    shutil.copytree("run", "whole")
    Path("run/status.json").write_text('{"state": "running", "reason": null, "epoch": 1, "step": 1}')
    os.unlink("run/test.json")
    assert resume("run").reason == "early_stopping"
    assert same("run", "whole")


@pytest.mark.parametrize("last_written", ["resolved", "last"])
def test_a_run_killed_during_its_extension_can_be_extended_again(early, last_written):
    epochs = int(train(early, run_dir="run").last["epoch"])
    shutil.copytree("run", "whole")
    resume("whole", ["training.epochs=61"])

    class Killed(BaseException):
        pass

    def die(*_):
        raise Killed

    with pytest.MonkeyPatch.context() as patch:
        name = {"resolved": "save_last_checkpoint", "last": "train_session"}[last_written]
        patch.setattr(f"nncli.lifecycle.resume_run.{name}", die)
        with pytest.raises(Killed):
            resume("run", ["training.epochs=61"])
    assert status("run")["state"] == "finished"
    assert len(rows("run")) == epochs
    resume("run", ["training.epochs=61"])
    assert same("run", "whole")
