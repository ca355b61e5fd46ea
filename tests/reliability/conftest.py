"""A run that was stopped in the middle of an epoch, so that its last checkpoint holds everything that one can."""

from __future__ import annotations

import os
import shutil
import signal
from pathlib import Path

import pytest

from nncli.core.errors import StoppedError
from nncli.training.events import StepEnded
from nncli.workflows.train import train
from tests.workflows import tiny


@pytest.fixture(scope="package")
def stopped(tmp_path_factory):
    """The folder with its data and its run directory, which no test changes."""
    folder = tmp_path_factory.mktemp("stopped")
    values = tiny.classifier(metrics=["accuracy", "roc_auc"])
    values["training"]["early_stopping"] = {"monitor": "val_loss", "patience": 5}

    def stop(event):
        if isinstance(event, StepEnded) and event.step == 5:
            os.kill(os.getpid(), signal.SIGINT)

    with pytest.raises(StoppedError):
        train(tiny.write(folder, values), run_dir=folder / "run", listener=stop)
    return folder


@pytest.fixture
def run(stopped, tmp_path):
    """A copy of the run directory."""
    return Path(shutil.copytree(stopped / "run", tmp_path / "run"))


@pytest.fixture
def last(run):
    """Its last checkpoint."""
    return run / "checkpoints" / "last.npz"
