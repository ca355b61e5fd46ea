"""Test finding a checkpoint from the path of its run directory or file."""

from __future__ import annotations

import pytest

from nncli.core.errors import CheckpointError
from nncli.runs.locate_checkpoint import checkpoint_path
from nncli.runs.new_directory import new_run_directory_at


@pytest.fixture(autouse=True)
def inside(tmp_path, monkeypatch):
    """Change to a temporary working directory."""
    monkeypatch.chdir(tmp_path)


def test_the_path_of_a_run_directory_gives_its_best_checkpoint():
    run = new_run_directory_at("run")
    with pytest.raises(CheckpointError, match="run: a directory without checkpoints"):
        checkpoint_path("run")
    run.set_status("running", 0, 0)
    with pytest.raises(CheckpointError, match=r"run: this run has no best checkpoint \(running\)"):
        checkpoint_path("run")
    run.write_text("checkpoints/best.npz", "")
    assert checkpoint_path("run") == "run/checkpoints/best.npz"
    assert checkpoint_path("run/checkpoints/best.npz") == "run/checkpoints/best.npz"


def test_a_missing_checkpoint_suggests_the_nearest_name():
    new_run_directory_at("runs/digits")
    with pytest.raises(
        CheckpointError, match="no such checkpoint or run directory: runs/digit; did you mean 'runs/dig"
    ):
        checkpoint_path("runs/digit")
