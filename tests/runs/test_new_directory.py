"""Test the names of new run directories, and which existing directories are accepted."""

from __future__ import annotations

import os
import re

import pytest

from nncli.core.errors import RunError
from nncli.runs.new_directory import new_run_directory, new_run_directory_at, slug


@pytest.fixture(autouse=True)
def inside(tmp_path, monkeypatch):
    """Change to a temporary working directory."""
    monkeypatch.chdir(tmp_path)


def test_directories_with_the_same_time_and_name_get_numbers(monkeypatch):
    monkeypatch.setattr("time.strftime", lambda form: "20261123-121500")
    paths = [new_run_directory("Digits 2 or 5").path for _ in range(3)]
    stem = os.path.join("runs", "20261123-121500-Digits-2-or-5")
    assert paths == [stem, f"{stem}-2", f"{stem}-3"]


def test_directory_names_have_the_current_time():
    assert re.fullmatch(r"runs/20\d{6}-\d{6}-a", new_run_directory("a").path)


@pytest.mark.parametrize("name", ["../up", "/etc/passwd", "a/b", "..", ".", "a\nb", "-rf", ""])
def test_slug_removes_everything_that_could_leave_the_runs_folder(name):
    assert re.fullmatch(r"[\w][\w.-]*", slug(name))


def test_a_chosen_path_is_used_unchanged():
    run = new_run_directory_at("deep/inside/here")
    assert run.path == "deep/inside/here"
    assert os.listdir("deep/inside/here") == ["checkpoints"]


def test_an_existing_empty_directory_is_accepted():
    os.mkdir("empty")
    assert new_run_directory_at("empty").path == "empty"


@pytest.mark.parametrize(
    ("name", "words"), [("status.json", "holds a run already"), ("letter.txt", "not empty, and not a run directory")]
)
def test_a_directory_that_is_not_empty_is_refused(name, words):
    os.mkdir("taken")
    with open(f"taken/{name}", "w"):
        pass
    with pytest.raises(RunError, match=words):
        new_run_directory_at("taken")
    assert os.listdir("taken") == [name]


def test_a_path_of_a_file_is_refused():
    with open("file", "w"):
        pass
    with pytest.raises(RunError, match="file: a file; expected a directory"):
        new_run_directory_at("file")
    with pytest.raises(RunError, match="cannot be made"):
        new_run_directory_at("file/inside")


def test_a_directory_with_only_an_unfinished_status_file_counts_as_empty():
    os.makedirs("run/checkpoints")
    for name in ("run/.status.json.x1.tmp", "run/checkpoints/.last.npz.x2.tmp"):
        with open(name, "w"):
            pass
    with pytest.raises(RunError, match="not empty, and not a run directory"):
        new_run_directory_at("run")  # no run begins with a checkpoint: status.json is written first
    os.unlink("run/checkpoints/.last.npz.x2.tmp")
    run = new_run_directory_at("run")
    run.remove_unfinished_files()
    assert os.listdir("run") == ["checkpoints"]
