"""A full disk causes an error and no damage, and the repeated command gives the same results once there is space."""

from __future__ import annotations

import os
import resource
import shutil
import signal
from collections.abc import Callable
from pathlib import Path

import pytest

from nncli.core.errors import UserError
from nncli.runs import checkpoint
from nncli.training.events import EpochEnded
from nncli.workflows.train import train
from tests.long import first
from tests.reliability.attempts import about, all_succeed
from tests.reliability.children import Child, Ended, command, run
from tests.reliability.kinds import CONFIG, TRAIN, Scene
from tests.reliability.moments import Count, counted, disk_full_at, killed_at
from tests.reliability.mounts import can_mount, enlarge, make_read_only, make_writable, small
from tests.reliability.runs_compared import consistent_so_far, files, same
from tests.workflows import tiny

FULL, LARGE = "No space left on device", "File too large"


def check_message(ended: Ended, reason: str, begun: bool) -> None:
    """Check the exit code, and that the message names a file and the reason."""
    lines = [line for line in ended.err.splitlines() if reason in line]
    assert ended.code == 1 or (ended.code == 2 and not begun), f"{ended.code} {ended.err[-400:]}"
    assert "Traceback" not in ended.err, ended.err[-400:]
    assert 1 <= len(lines) <= 2, f"{len(lines)} lines say {reason!r}: {ended.err[-400:]}"
    assert lines[-1] == ended.err.splitlines()[-1], "the message is not the last line"
    named = lines[-1].split(reason)[0]
    assert "run" in named or (os.sep in named and not begun), f"no file is named: {lines[-1]}"


def check_files(run_path: Path, end: Path) -> None:
    """Check that a failed process left valid files, no incomplete row and no temporary file."""
    assert consistent_so_far(run_path, end)
    metrics = run_path / "metrics.csv"
    assert not metrics.exists() or metrics.read_text()[-1:] in ("", "\n"), "metrics.csv ends in an incomplete row"
    temporary = [name for name in files(run_path) if name.endswith(".tmp")]
    assert not temporary, f"temporary files are left: {temporary}"


def rerun_and_compare(scene: Scene) -> None:
    """Run the same command again with enough space, and compare the results."""
    ended = run(scene.folder, *TRAIN)
    assert ended.code == 0, ended.err
    assert same(scene.run, scene.uninterrupted)


@pytest.mark.parametrize("for_good", [True, False], ids=["stays full", "fails once"])
@pytest.mark.parametrize("kind", ["dense", *first(0, ["early_stopping", "many_checkpoints"])])
@pytest.mark.parametrize("every", first(1, [37, 1]))
def test_a_full_disk_at_any_moment_keeps_the_run_intact(scenes, kind, every, for_good):
    scene = scenes(kind)
    count = Count()
    assert Child(scene.folder, counted(command(*TRAIN), count)).ended().code == 0

    def attempt(number):
        scene.clear()
        ended = Child(scene.folder, disk_full_at(command(*TRAIN), number, for_good=for_good)).ended()
        if ended.code == 0:  # the program recovered from the failure, or no later call needed space
            with about("the command succeeded"):
                assert same(scene.run, scene.uninterrupted)
            return
        with about(ended.err.splitlines()[-1]):
            check_message(ended, FULL, begun=(scene.run / "status.json").exists())
            check_files(scene.run, scene.uninterrupted)
            rerun_and_compare(scene)

    assert all_succeed(attempt, range(1, count.value + 1, every))


def limited(size: int) -> Callable[[], object]:
    """Return an action that trains in a process with a limit on the size of files."""

    def act() -> object:
        resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))
        return command(*TRAIN)()

    return act


@pytest.mark.parametrize("every", first(1, [4, 1]))
@pytest.mark.parametrize("below", first(1, [1, 2, 10, 50]))
def test_a_limit_on_file_size_keeps_the_run_intact(scenes, below, every):
    scene = scenes("many_checkpoints")
    sizes = sorted({path.stat().st_size for path in scene.uninterrupted.rglob("*") if path.is_file()})

    def attempt(size):
        scene.clear()
        with about(f"at most {size} bytes"):
            ended = Child(scene.folder, limited(size)).ended()
            check_message(ended, LARGE, begun=(scene.run / "status.json").exists())
            check_files(scene.run, scene.uninterrupted)
            rerun_and_compare(scene)

    assert all_succeed(attempt, [max(1, size - below) for size in sizes[::every]])


@pytest.mark.parametrize("count", first(1, [1, 40]))
def test_a_limit_on_the_size_of_metrics_csv_leaves_complete_rows(scenes, count):
    """Only metrics.csv reaches the limit: checkpoints are smaller, and the log goes to /dev/null."""
    scene = scenes("many_metrics")
    log = scene.run / "train.log"
    least, most = ((scene.uninterrupted / name).stat().st_size for name in ("checkpoints/last.npz", "metrics.csv"))
    assert most > 1.2 * least

    def attempt(limit):
        scene.clear()
        assert Child(scene.folder, killed_at(command(*TRAIN), 100)).ended().code == -signal.SIGKILL
        log.unlink()
        log.symlink_to(os.devnull)
        with about(f"at most {limit} bytes"):
            ended = Child(scene.folder, limited(limit)).ended()
            check_message(ended, LARGE, begun=True)
            assert "metrics.csv" in ended.err.splitlines()[-1]
            check_files(scene.run, scene.uninterrupted)
            log.unlink()
            rerun_and_compare(scene)

    assert all_succeed(attempt, range(int(0.95 * most), int(1.1 * least), -(int(most - 1.1 * least) // count)))


@pytest.mark.parametrize("ending", first(1, [".csv", ".npy", ".json"]))
def test_predictions_on_a_full_disk_keep_the_older_file(scenes, ending):
    scene = scenes("dense")
    output = scene.folder / f"full-disk{ending}"
    predict = command("predict", "uninterrupted", tiny.TABLE, "--output", output.name)
    count = Count()
    assert Child(scene.folder, counted(predict, count)).ended().code == 0
    new = output.read_bytes()

    def attempt(number):
        output.write_text("older")
        ended = Child(scene.folder, disk_full_at(predict, number, for_good=True)).ended()
        with about(f"{number} of {count.value}: {ended.code}"):
            if ended.code == 0:
                assert output.read_bytes() == new
                return
            assert ended.code == 1
            (line,) = ended.err.splitlines()
            assert output.name in line
            assert FULL in line
            assert output.read_bytes() in (b"older", new)
        assert not list(scene.folder.glob(".full-disk*"))

    assert all_succeed(attempt, range(1, count.value + 1))


@pytest.mark.parametrize("every", first(1, [64, 4]))
def test_a_small_file_system_keeps_the_run_intact(scenes, every):
    scene = scenes("many_checkpoints")
    scene.run.mkdir()
    if not can_mount(scene.run):
        pytest.skip("this process may not mount a file system")
    failed = []

    def attempt(size):
        scene.clear()
        scene.run.mkdir()
        with about(f"{size} KiB"), small(scene.run, size):
            ended = run(scene.folder, *TRAIN)
            if ended.code:
                failed.append(size)
                check_message(ended, FULL, begun=(scene.run / "status.json").exists())
                check_files(scene.run, scene.uninterrupted)
                enlarge(scene.run)
                rerun_and_compare(scene)
            assert same(scene.run, scene.uninterrupted)

    assert all_succeed(attempt, range(4, 200, every))
    assert failed, "no file system was too small"


def after_an_epoch(action: Callable[[], object]) -> Callable[[], object]:
    """Return an action that trains, and calls a function after epoch 2."""

    def listen(event: object) -> None:
        if isinstance(event, EpochEnded) and event.record["epoch"] == 2:
            action()

    def act() -> object:
        try:
            return train(CONFIG, run_dir="run", resume=True, listener=listen)
        except UserError as error:
            raise AssertionError("exit code 2 in the middle of a run") from error
        except Exception as error:
            os.write(2, f"{error}\n".encode())
            raise SystemExit(getattr(error, "exit_code", 70)) from None

    return act


def test_removed_checkpoints_are_reported_and_written_again(scenes):
    scene = scenes("dense")
    checkpoints = scene.run / "checkpoints"
    ended = Child(scene.folder, after_an_epoch(lambda: shutil.rmtree(checkpoints))).ended()
    check_message(ended, "No such file or directory", begun=True)
    assert consistent_so_far(scene.run, scene.uninterrupted)
    rerun_and_compare(scene)


def test_a_removed_run_is_reported_and_trained_again(scenes):
    scene = scenes("dense")
    ended = Child(scene.folder, after_an_epoch(lambda: shutil.rmtree(scene.run))).ended()
    check_message(ended, "No such file or directory", begun=True)
    assert not scene.run.exists()
    rerun_and_compare(scene)


def test_read_only_checkpoints_are_reported_and_kept(scenes):
    scene = scenes("dense")
    checkpoints = scene.run / "checkpoints"
    checkpoints.mkdir(parents=True)
    if os.geteuid() == 0 and not can_mount(checkpoints):
        pytest.skip("root may write anywhere, and this process may not mount a file system")
    scene.clear()
    reason = "Permission denied" if os.geteuid() else "Read-only file system"
    ended = Child(scene.folder, after_an_epoch(lambda: make_read_only(checkpoints))).ended()
    try:
        check_message(ended, reason, begun=True)
        assert checkpoint.read_meta(str(checkpoints / "last.npz"))["epoch"] == 2
        assert consistent_so_far(scene.run, scene.uninterrupted)
        ended = run(scene.folder, *TRAIN)
        check_message(ended, reason, begun=True)
    finally:
        make_writable(checkpoints)
    rerun_and_compare(scene)
