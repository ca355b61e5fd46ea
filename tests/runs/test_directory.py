"""Test the files of a run directory."""

from __future__ import annotations

import json
import os

import pytest

from nncli.core.errors import RunError
from nncli.runs.new_directory import new_run_directory_at


@pytest.fixture(autouse=True)
def inside(tmp_path, monkeypatch):
    """Change to a temporary working directory."""
    monkeypatch.chdir(tmp_path)


def test_status_json_has_no_nested_values():
    run = new_run_directory_at("run")
    run.set_status("running", 2, 30)
    with open("run/status.json") as file:
        assert json.load(file) == {"state": "running", "reason": None, "epoch": 2, "step": 30}


def test_only_unfinished_files_are_removed():
    run = new_run_directory_at("run")
    names = [".status.json.x.tmp", "a.tmp", ".hidden", "checkpoints/.last.npz.x.tmp", "checkpoints/last.npz"]
    for name in names:
        run.write_text(name, "")
    run.remove_unfinished_files()
    assert sorted(os.listdir("run")) == [".hidden", "a.tmp", "checkpoints"]
    assert os.listdir("run/checkpoints") == ["last.npz"]


@pytest.mark.parametrize(
    "content", [b"[" * 200_000, b'{"a": ' * 50_000, b"[]", b"nonsense", b"\xff", b'{"state": "x"}']
)
def test_an_invalid_status_file_is_reported(content):
    run = new_run_directory_at("run")
    run.write_bytes("status.json", content)
    with pytest.raises(RunError, match=r"run/status\.json: "):
        _ = run.state


@pytest.mark.parametrize("content", [b"", b"\0" * 80, b"\n"])
def test_an_empty_status_file_means_running(content):
    run = new_run_directory_at("run")
    run.write_bytes("status.json", content)
    assert run.state == "running"


@pytest.mark.parametrize("name", ["status.json", "metrics.csv"])
def test_pipes_and_huge_files_are_not_read(name):
    run = new_run_directory_at("run")
    read = {"status.json": lambda: run.state, "metrics.csv": run.metrics.rows}[name]
    os.mkfifo(f"run/{name}")
    with pytest.raises(RunError, match=rf"{name}: cannot be read \(not a file\)"):
        read()
    os.unlink(f"run/{name}")
    with open(f"run/{name}", "wb") as file:
        file.truncate(3 << 30)
    with pytest.raises(RunError, match=rf"{name}: (larger than what a run writes|cannot be read \(File too large\))"):
        read()
