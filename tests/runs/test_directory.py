"""Run directories: their names, what may be in them, and what is appended to them."""

from __future__ import annotations

import errno
import json
import os
import re

import pytest

from nncli.core.errors import CheckpointError, RunError, SaveError
from nncli.runs.locate import checkpoint_path
from nncli.runs.lock import locked
from nncli.runs.metrics_log import MetricsLog
from nncli.runs.new_directory import new_run_directory, run_directory_at, slug


@pytest.fixture(autouse=True)
def inside(tmp_path, monkeypatch):
    """The working directory."""
    monkeypatch.chdir(tmp_path)


def test_names_have_time_and_name_and_then_numbers(monkeypatch):
    monkeypatch.setattr("time.strftime", lambda form: "20261123-121500")
    paths = [new_run_directory("Digits 2 or 5").path for _ in range(3)]
    stem = os.path.join("runs", "20261123-121500-Digits-2-or-5")
    assert paths == [stem, f"{stem}-2", f"{stem}-3"]


def test_the_time_is_that_of_now():
    assert re.fullmatch(r"runs/20\d{6}-\d{6}-a", new_run_directory("a").path)


@pytest.mark.parametrize("name", ["../up", "/etc/passwd", "a/b", "..", ".", "a\nb", "-rf", ""])
def test_a_name_never_leads_elsewhere(name):
    assert re.fullmatch(r"[\w][\w.-]*", slug(name))


def test_a_given_directory_is_taken_exactly():
    run = run_directory_at("deep/inside/here")
    assert run.path == "deep/inside/here"
    assert os.listdir("deep/inside/here") == ["checkpoints"]


def test_an_empty_directory_may_exist_already():
    os.mkdir("empty")
    assert run_directory_at("empty").path == "empty"


@pytest.mark.parametrize(
    ("name", "words"), [("status.json", "holds a run already"), ("letter.txt", "not empty, and no run")]
)
def test_a_directory_with_something_in_it_is_refused(name, words):
    os.mkdir("taken")
    with open(f"taken/{name}", "w"):
        pass
    with pytest.raises(RunError, match=words):
        run_directory_at("taken")
    assert os.listdir("taken") == [name]


def test_a_file_is_no_directory():
    with open("file", "w"):
        pass
    with pytest.raises(RunError, match="file: a file; expected a directory"):
        run_directory_at("file")
    with pytest.raises(RunError, match="cannot be made"):
        run_directory_at("file/inside")


def test_the_status_is_flat():
    run = run_directory_at("run")
    run.set_status("running", 2, 30)
    with open("run/status.json") as file:
        assert json.load(file) == {"state": "running", "reason": None, "epoch": 2, "step": 30}


def test_a_second_name_for_a_checkpoint_survives_the_first_ones_replacement():
    run = run_directory_at("run")
    run.write_text("checkpoints/last.npz", "one")
    run.checkpoints.link("last", "best")
    run.write_text("checkpoints/last.npz", "two")
    with open(run.checkpoint("best")) as best, open(run.checkpoint("last")) as last:
        assert (best.read(), last.read()) == ("one", "two")
    run.checkpoints.link("last", "best")
    with open(run.checkpoint("best")) as best:
        assert best.read() == "two"
    assert sorted(os.listdir("run/checkpoints")) == ["best.npz", "last.npz"]


def test_a_file_system_without_links_gets_copies(monkeypatch):
    def refuse(*_):
        raise OSError(1, "Operation not permitted")

    monkeypatch.setattr(os, "link", refuse)
    run = run_directory_at("run")
    run.write_text("checkpoints/last.npz", "one")
    run.checkpoints.link("last", "best")
    with open(run.checkpoint("best")) as best:
        assert best.read() == "one"
    assert sorted(os.listdir("run/checkpoints")) == ["best.npz", "last.npz"]


def test_a_run_stands_for_its_best_checkpoint():
    run = run_directory_at("run")
    with pytest.raises(CheckpointError, match="run: a directory without checkpoints"):
        checkpoint_path("run")
    run.set_status("running", 0, 0)
    with pytest.raises(CheckpointError, match=r"run: this run has no best checkpoint \(running\)"):
        checkpoint_path("run")
    run.write_text("checkpoints/best.npz", "")
    assert checkpoint_path("run") == "run/checkpoints/best.npz"
    assert checkpoint_path("run/checkpoints/best.npz") == "run/checkpoints/best.npz"


def test_a_missing_checkpoint_gets_the_nearest_name():
    run_directory_at("runs/digits")
    with pytest.raises(
        CheckpointError, match="no such checkpoint or run directory: runs/digit; did you mean 'runs/dig"
    ):
        checkpoint_path("runs/digit")


RECORD = {"epoch": 1, "step": 30, "train_loss": 0.1, "val_loss": 1 / 3, "learning_rate": 1e-3, "seconds": 2.5}


def test_metrics_are_one_row_an_epoch_with_every_bit():
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


def test_rows_beyond_the_checkpoint_are_dropped_when_a_run_goes_on():
    log = MetricsLog("metrics.csv")
    for epoch in (1, 2, 3):
        log.append({**RECORD, "epoch": epoch})
    with open("metrics.csv", "a") as file:
        file.write("4,12")
    assert [row["epoch"] for row in log.rows()] == [1, 2, 3], "a torn last row does not count"
    log.keep(2)
    log.append({**RECORD, "epoch": 3})
    assert [row["epoch"] for row in log.rows()] == [1, 2, 3]
    log.keep(0)
    assert log.rows() == []


def test_what_cannot_be_written_is_a_failure_of_the_run():
    os.mkdir("metrics.csv")
    with pytest.raises(SaveError, match=r"metrics\.csv: cannot be written"):
        MetricsLog("metrics.csv").append(RECORD)


def test_giving_the_same_name_again_leaves_nothing_behind():
    run = run_directory_at("run")
    run.write_text("checkpoints/last.npz", "one")
    run.checkpoints.link("last", "best")
    run.checkpoints.link("last", "best")
    assert sorted(os.listdir("run/checkpoints")) == ["best.npz", "last.npz"]


def test_a_directory_that_was_left_before_anything_was_whole_counts_as_empty():
    os.makedirs("run/checkpoints")
    for name in ("run/.status.json.x1.tmp", "run/checkpoints/.last.npz.x2.tmp"):
        with open(name, "w"):
            pass
    with pytest.raises(RunError, match="not empty, and no run"):
        run_directory_at("run")  # a checkpoint is only begun where the run is described
    os.unlink("run/checkpoints/.last.npz.x2.tmp")
    run = run_directory_at("run")
    run.sweep()
    assert os.listdir("run") == ["checkpoints"]


def test_what_was_not_finished_is_swept_and_nothing_else():
    run = run_directory_at("run")
    names = [".status.json.x.tmp", "a.tmp", ".hidden", "checkpoints/.last.npz.x.tmp", "checkpoints/last.npz"]
    for name in names:
        run.write_text(name, "")
    run.sweep()
    assert sorted(os.listdir("run")) == [".hidden", "a.tmp", "checkpoints"]
    assert os.listdir("run/checkpoints") == ["last.npz"]


def test_the_last_states_are_kept_in_the_order_of_their_numbers():
    run = run_directory_at("run")
    run.write_text("checkpoints/last.npz", "")
    for epoch in (9998, 9999, 10000, 10001):
        run.checkpoints.keep_last(epoch, 10 * epoch, 2)
    kept = ["epoch-10000-step-00100000.npz", "epoch-10001-step-00100010.npz"]
    run.write_text("checkpoints/epoch-notes.npz", "")
    assert sorted(os.listdir("run/checkpoints")) == [*kept, "epoch-notes.npz", "last.npz"]
    run.checkpoints.keep_last(10001, 100010, 1)
    assert sorted(os.listdir("run/checkpoints")) == ["epoch-notes.npz", "last.npz"]


@pytest.mark.parametrize("keep", [1, 2, 3, 5, 12])
def test_as_many_states_are_kept_as_are_asked_for(keep):
    run = run_directory_at("run")
    run.write_text("checkpoints/last.npz", "")
    for epoch in range(1, 9):
        run.checkpoints.keep_last(epoch, epoch, keep)
        first = max(1, epoch - keep + 1)
        expected = [f"epoch-{number:04d}-step-{number:08d}" for number in range(first, epoch + 1)]
        assert run.checkpoints.epoch_names() == (expected if keep > 1 else [])
    assert sorted(run.checkpoints.names()) == sorted([*run.checkpoints.epoch_names(), "last"])


@pytest.mark.parametrize(
    "content", [b"[" * 200_000, b'{"a": ' * 50_000, b"[]", b"nonsense", b"\xff", b'{"state": "x"}']
)
def test_a_status_that_no_run_has_written_is_told(content):
    run = run_directory_at("run")
    run.write_bytes("status.json", content)
    with pytest.raises(RunError, match=r"run/status\.json: "):
        _ = run.state


@pytest.mark.parametrize("content", [b"", b"\0" * 80, b"\n"])
def test_a_status_that_a_power_cut_has_emptied_is_that_of_a_running_run(content):
    run = run_directory_at("run")
    run.write_bytes("status.json", content)
    assert run.state == "running"


@pytest.mark.parametrize("name", ["status.json", "metrics.csv"])
def test_pipes_and_endless_files_are_not_read(name):
    run = run_directory_at("run")
    read = {"status.json": lambda: run.state, "metrics.csv": run.metrics.rows}[name]
    os.mkfifo(f"run/{name}")
    with pytest.raises(RunError, match=rf"{name}: cannot be read \(not a file\)"):
        read()
    os.unlink(f"run/{name}")
    with open(f"run/{name}", "wb") as file:
        file.truncate(3 << 30)
    with pytest.raises(RunError, match=rf"{name}: (larger than what a run writes|cannot be read \(File too large\))"):
        read()


def test_a_file_system_without_locks_is_trained_on(monkeypatch):
    fcntl = pytest.importorskip("fcntl")

    def answer(number):
        def flock(*_):
            raise OSError(number, os.strerror(number))

        monkeypatch.setattr(fcntl, "flock", flock)

    os.mkdir("run")
    answer(errno.ENOLCK)
    with locked("run"):
        pass
    answer(errno.EWOULDBLOCK)
    with pytest.raises(RunError, match="another process is writing this run"), locked("run"):
        pass
    answer(errno.EIO)
    with pytest.raises(RunError, match=r"cannot be locked \(Input/output error\)"), locked("run"):
        pass


def test_rows_are_kept_by_their_epoch_and_told_where_they_are_gone():
    log = MetricsLog("metrics.csv")
    assert log.keep(0) == 0
    assert log.keep(2) == 2
    for epoch in (1, 2, 3):
        log.append({**RECORD, "epoch": epoch})
    with open("metrics.csv") as file:
        lines = file.readlines()
    with open("metrics.csv", "w") as file:
        file.writelines([lines[0], lines[1], lines[3]])
    assert log.keep(3) == 1
    assert [row["epoch"] for row in log.rows()] == [1, 3]


def test_a_torn_header_is_written_again():
    with open("metrics.csv", "w") as file:
        file.write("epoch,step,trai")
    log = MetricsLog("metrics.csv")
    assert log.rows() == []
    log.keep(0)
    log.append(RECORD)
    assert log.rows() == [RECORD]


@pytest.mark.parametrize("content", ["a letter\nto you\n", "\xff\n", "epoch,step\n1,x\n"])
def test_a_file_of_something_else_is_no_metrics(content):
    with open("metrics.csv", "w", encoding="latin-1") as file:
        file.write(content)
    with pytest.raises(RunError, match=r"metrics\.csv"):
        MetricsLog("metrics.csv").rows()
    if not content.startswith("epoch"):
        with pytest.raises(RunError, match=r"metrics\.csv"):
            MetricsLog("metrics.csv").keep(1)


def test_a_row_that_does_not_fit_on_the_disk_is_not_there_at_all(monkeypatch):
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
