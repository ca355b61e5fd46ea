"""Test metrics.csv: exact values, complete rows, and files that are not metrics."""

from __future__ import annotations

import os

import pytest

from nncli.core.errors import RunError, SaveError
from nncli.runs.metrics_log import MetricsLog


@pytest.fixture(autouse=True)
def inside(tmp_path, monkeypatch):
    """Change to a temporary working directory."""
    monkeypatch.chdir(tmp_path)


RECORD = {"epoch": 1, "step": 30, "train_loss": 0.1, "val_loss": 1 / 3, "learning_rate": 1e-3, "seconds": 2.5}


def test_metrics_csv_has_one_row_per_epoch_with_exact_values():
    log = MetricsLog("metrics.csv")
    log.append(RECORD)
    log.append({**RECORD, "epoch": 2, "step": 60})
    with open("metrics.csv") as file:
        lines = file.read().split("\n")
    assert lines == [
        "epoch,step,train_loss,val_loss,learning_rate,seconds",
        f"1,30,0.1,{1 / 3!r},0.001,2.5",
        f"2,60,0.1,{1 / 3!r},0.001,2.5",
        "",
    ]
    assert log.rows()[0] == RECORD


def test_rows_after_the_checkpoint_are_dropped_when_a_run_resumes():
    log = MetricsLog("metrics.csv")
    for epoch in (1, 2, 3):
        log.append({**RECORD, "epoch": epoch})
    with open("metrics.csv", "a") as file:
        file.write("4,12")
    assert [row["epoch"] for row in log.rows()] == [1, 2, 3], "an incomplete last row does not count"
    log.keep_epochs(2)
    log.append({**RECORD, "epoch": 3})
    assert [row["epoch"] for row in log.rows()] == [1, 2, 3]
    log.keep_epochs(0)
    assert log.rows() == []


def test_a_failed_write_raises_a_save_error():
    os.mkdir("metrics.csv")
    with pytest.raises(SaveError, match=r"metrics\.csv: cannot be written"):
        MetricsLog("metrics.csv").append(RECORD)


def test_keep_epochs_returns_the_number_of_missing_rows():
    log = MetricsLog("metrics.csv")
    assert log.keep_epochs(0) == 0
    assert log.keep_epochs(2) == 2
    for epoch in (1, 2, 3):
        log.append({**RECORD, "epoch": epoch})
    with open("metrics.csv") as file:
        lines = file.readlines()
    with open("metrics.csv", "w") as file:
        file.writelines([lines[0], lines[1], lines[3]])
    assert log.keep_epochs(3) == 1
    assert [row["epoch"] for row in log.rows()] == [1, 3]


def test_an_incomplete_header_is_written_again():
    with open("metrics.csv", "w") as file:
        file.write("epoch,step,trai")
    log = MetricsLog("metrics.csv")
    assert log.rows() == []
    log.keep_epochs(0)
    log.append(RECORD)
    assert log.rows() == [RECORD]


@pytest.mark.parametrize("content", ["a letter\nto you\n", "\xff\n", "epoch,step\n1,x\n"])
def test_a_file_that_is_not_metrics_is_refused(content):
    with open("metrics.csv", "w", encoding="latin-1") as file:
        file.write(content)
    with pytest.raises(RunError, match=r"metrics\.csv"):
        MetricsLog("metrics.csv").rows()
    if not content.startswith("epoch"):
        with pytest.raises(RunError, match=r"metrics\.csv"):
            MetricsLog("metrics.csv").keep_epochs(1)


def test_a_full_disk_leaves_metrics_csv_unchanged(monkeypatch):
    log = MetricsLog("metrics.csv")
    log.append(RECORD)
    with open("metrics.csv") as file:
        before = file.read()

    def full(_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(SaveError, match=r"metrics\.csv: cannot be written \(No space left on device\)"):
        log.append({**RECORD, "epoch": 2})
    with open("metrics.csv") as file:
        assert file.read() == before
