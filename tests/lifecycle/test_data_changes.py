"""Test the messages for data files that have changed since a run began."""

from __future__ import annotations

import pytest

from nncli.lifecycle.data_changes import changed_data_files, data_changes, fingerprint_files

AT_START = {"data": {"a.csv": "1", "b.csv": "2"}}


@pytest.mark.parametrize(
    ("now", "message"),
    [
        ({"a.csv": "1", "b.csv": "2"}, ""),
        ({"moved/a.csv": "1", "moved/b.csv": "2"}, ""),
        ({"a.csv": "1", "b.csv": "3"}, "(content differs: b.csv)"),
        ({"a.csv": "1"}, "(no longer read: b.csv)"),
        ({"a.csv": "1", "b.csv": "2", "c.csv": "3"}, "(new: c.csv)"),
        (
            {f"{number}.csv": "0" for number in range(5)},
            "(new: 0.csv, 1.csv, 2.csv and 2 more; no longer read: a.csv, b.csv)",
        ),
    ],
)
def test_changed_new_and_missing_files_are_reported(now, message):
    assert data_changes(AT_START, now) == (f"the data have changed since the run began {message}" if message else "")


@pytest.mark.parametrize("environment", [{}, {"data": None}, {"data": []}])
def test_an_environment_without_data_files_has_no_changes(environment):
    assert data_changes(environment, {}) == ""
    assert changed_data_files(environment) == ""


def test_missing_files_are_not_compared(tmp_path):
    path = tmp_path / "a.csv"
    path.write_text("1")
    environment = {"data": {**fingerprint_files([str(path)]), str(tmp_path / "missing.csv"): "2"}}
    assert changed_data_files(environment) == ""
    path.write_text("2")
    assert changed_data_files(environment) == f"the data have changed since the run began (content differs: {path})"
