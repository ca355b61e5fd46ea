"""Fixtures: a run stopped in the middle of an epoch, and an uninterrupted run of each kind."""

from __future__ import annotations

import os
import shutil
import signal
from pathlib import Path

import pytest
from typer.testing import CliRunner

from nncli.cli.app import command_line
from nncli.core.errors import StoppedError
from nncli.training.events import StepEnded
from nncli.workflows.train import train
from tests.reliability.kinds import CONFIG, KINDS, Scene
from tests.workflows import tiny


@pytest.fixture(scope="package")
def stopped(tmp_path_factory):
    """A folder with data and a stopped run; the last checkpoint of the run has every kind of state."""
    folder = tmp_path_factory.mktemp("stopped")
    values = tiny.classifier(metrics=["accuracy", "roc_auc"])
    values["training"]["early_stopping"] = {"monitor": "val_loss", "patience": 5}
    values["training"]["weight_averaging"] = {"decay": 0.9}
    values["optimizer"]["learning_rate"] = {"type": "reduce_on_plateau", "initial": 0.05, "patience": 2, "cooldown": 1}

    def stop(event):
        if isinstance(event, StepEnded) and event.step == 5:
            os.kill(os.getpid(), signal.SIGINT)

    with pytest.raises(StoppedError):
        train(tiny.write(folder, values), run_dir=folder / "run", listener=stop)
    return folder


@pytest.fixture
def run(stopped, tmp_path):
    """A copy of the directory of the stopped run."""
    return Path(shutil.copytree(stopped / "run", tmp_path / "run"))


@pytest.fixture
def last(run):
    """The last checkpoint of the copied run."""
    return run / "checkpoints" / "last.npz"


@pytest.fixture(scope="package")
def _imported(tmp_path_factory):
    """Train once in this process, so that forked children need no imports."""
    folder = tmp_path_factory.mktemp("imported")
    config = tiny.write(folder, KINDS["many_checkpoints"](), CONFIG)
    found = CliRunner().invoke(command_line([]), ["train", config, "--run-dir", str(folder / "run")])
    assert found.exit_code == 0, found.stderr


@pytest.fixture(scope="package")
def scenes(_imported, tmp_path_factory):
    """Return a function that returns the `Scene` of a kind of runs; keywords change its training settings."""
    made: dict[str, Scene] = {}

    def give(kind: str, **training: object) -> Scene:
        key = f"{kind} {training}"
        if key not in made:
            made[key] = Scene.of(tmp_path_factory.mktemp(kind), KINDS[kind](**training))
        made[key].clear()
        return made[key]

    return give
