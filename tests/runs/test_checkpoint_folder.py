"""Test the names of checkpoints and the number of checkpoints that are kept."""

from __future__ import annotations

import os

import pytest

from nncli.runs.new_directory import new_run_directory_at


@pytest.fixture(autouse=True)
def inside(tmp_path, monkeypatch):
    """Change to a temporary working directory."""
    monkeypatch.chdir(tmp_path)


def test_a_link_survives_the_replacement_of_its_source():
    run = new_run_directory_at("run")
    run.write_text("checkpoints/last.npz", "one")
    run.checkpoints.link("last", "best")
    run.write_text("checkpoints/last.npz", "two")
    with open(run.checkpoint("best")) as best, open(run.checkpoint("last")) as last:
        assert (best.read(), last.read()) == ("one", "two")
    run.checkpoints.link("last", "best")
    with open(run.checkpoint("best")) as best:
        assert best.read() == "two"
    assert sorted(os.listdir("run/checkpoints")) == ["best.npz", "last.npz"]


def test_checkpoints_are_copied_if_the_file_system_has_no_links(monkeypatch):
    def refuse(*_):
        raise OSError(1, "Operation not permitted")

    monkeypatch.setattr(os, "link", refuse)
    run = new_run_directory_at("run")
    run.write_text("checkpoints/last.npz", "one")
    run.checkpoints.link("last", "best")
    with open(run.checkpoint("best")) as best:
        assert best.read() == "one"
    assert sorted(os.listdir("run/checkpoints")) == ["best.npz", "last.npz"]


def test_linking_again_leaves_no_temporary_file():
    run = new_run_directory_at("run")
    run.write_text("checkpoints/last.npz", "one")
    run.checkpoints.link("last", "best")
    run.checkpoints.link("last", "best")
    assert sorted(os.listdir("run/checkpoints")) == ["best.npz", "last.npz"]


def test_the_checkpoints_with_the_largest_epochs_are_kept():
    run = new_run_directory_at("run")
    run.write_text("checkpoints/last.npz", "")
    for epoch in (9998, 9999, 10000, 10001):
        run.checkpoints.keep_last(epoch, 10 * epoch, 2)
    kept = ["epoch-10000-step-00100000.npz", "epoch-10001-step-00100010.npz"]
    run.write_text("checkpoints/epoch-notes.npz", "")
    assert sorted(os.listdir("run/checkpoints")) == [*kept, "epoch-notes.npz", "last.npz"]
    run.checkpoints.keep_last(10001, 100010, 1)
    assert sorted(os.listdir("run/checkpoints")) == ["epoch-notes.npz", "last.npz"]


@pytest.mark.parametrize("keep", [1, 2, 3, 5, 12])
def test_keep_last_keeps_the_requested_number_of_checkpoints(keep):
    run = new_run_directory_at("run")
    run.write_text("checkpoints/last.npz", "")
    for epoch in range(1, 9):
        run.checkpoints.keep_last(epoch, epoch, keep)
        first = max(1, epoch - keep + 1)
        expected = [f"epoch-{number:04d}-step-{number:08d}" for number in range(first, epoch + 1)]
        assert run.checkpoints.epoch_names() == (expected if keep > 1 else [])
    assert sorted(run.checkpoints.names()) == sorted([*run.checkpoints.epoch_names(), "last"])
