"""A run that is killed at any file operation has the results of an uninterrupted run once its command is repeated."""

from __future__ import annotations

import os
import random
import signal
from pathlib import Path

import pytest

from nncli.training.events import StepEnded
from nncli.workflows.resume import resume
from nncli.workflows.train import train
from tests.long import first
from tests.reliability.attempts import about, all_succeed
from tests.reliability.children import Child, command, run
from tests.reliability.kinds import CONFIG, TRAIN, Scene
from tests.reliability.moments import Count, counted, killed_at
from tests.reliability.runs_compared import consistent_so_far, content, files, last_step, parsed, same, state
from tests.workflows import tiny

EXTENSIONS = [
    ("dense", "training.epochs=5"),
    ("early_stopping", "training.epochs=90"),
    ("early_stopping", "training.early_stopping.patience=4"),
    ("convolutional", "training.epochs=4"),
    ("many_checkpoints", "training.epochs=9"),
]


def count_moments(scene: Scene, *arguments: str) -> int:
    """Run a command to its end, and return the number of its moments (see `moments.py`)."""
    count = Count()
    ended = Child(scene.folder, counted(command(*arguments), count)).ended()
    assert ended.code == 0, ended.err
    return count.value


def run_killed(scene: Scene, number: int, *arguments: str) -> str:
    """Run a command that is killed at moment `number`, and return the line that names the call it did not reach."""
    ended = Child(scene.folder, killed_at(command(*arguments), number)).ended()
    assert ended.code == -signal.SIGKILL, f"no moment {number}: {ended.code} {ended.err}"
    return ended.err.splitlines()[-1]


def rerun_and_compare(scene: Scene, expected: Path, *arguments: str) -> None:
    """Run a command to its end, and compare its run with the expected run."""
    ended = run(scene.folder, *arguments)
    assert ended.code == 0, ended.err
    assert same(scene.run, expected)


@pytest.mark.parametrize("kind", ["dense", "convolutional", "early_stopping", "many_checkpoints"])
@pytest.mark.parametrize("every", first(1, [83, 1]))
def test_a_run_killed_at_any_moment_has_the_same_results_when_repeated(scenes, kind, every):
    scene = scenes(kind)
    count = count_moments(scene, *TRAIN)

    def attempt(number):
        scene.clear()
        with about(run_killed(scene, number, *TRAIN)):
            assert consistent_so_far(scene.run, scene.uninterrupted)
            begun = (scene.run / "status.json").exists()
            rerun_and_compare(scene, scene.uninterrupted, *(("resume", "run") if begun and number % 2 else TRAIN))

    assert all_succeed(attempt, range(1, count + 1, every))


@pytest.mark.parametrize("every", first(1, [31, 1]))
def test_a_killed_run_is_not_restarted_by_mistake(scenes, every):
    """Without --resume, an existing run is refused and not changed, but a directory without files of a run is used."""
    scene = scenes("dense")
    begin = ("train", CONFIG, "--run-dir", "run")
    count = count_moments(scene, *begin)

    def attempt(number):
        scene.clear()
        with about(run_killed(scene, number, *begin)):
            before = {name: (scene.run / name).read_bytes() for name in files(scene.run)}
            ended = run(scene.folder, *begin)
            if ended.code == 0:
                assert not any(name in before for name in ("config.yaml", "status.json", "metrics.csv"))
                assert same(scene.run, scene.uninterrupted)
                return
            assert (ended.code, ended.out) == (2, ""), ended.err
            assert "--resume" in ended.err, ended.err
            assert before == {name: (scene.run / name).read_bytes() for name in files(scene.run)}

    assert all_succeed(attempt, range(1, count + 1, every))


@pytest.mark.parametrize("every", first(1, [13, 1]))
def test_resume_of_a_run_killed_early_succeeds_or_is_refused_in_one_line(scenes, every):
    scene = scenes("dense")

    def attempt(number):
        scene.clear()
        with about(run_killed(scene, number, *TRAIN)):
            ended = run(scene.folder, "resume", "run")
            if (scene.run / "status.json").exists():
                assert ended.code == 0, ended.err
                assert same(scene.run, scene.uninterrupted)
                return
            assert (ended.code, ended.out) == (2, "")
            assert len(ended.err.splitlines()) == 1, ended.err
            rerun_and_compare(scene, scene.uninterrupted, *TRAIN)

    assert all_succeed(attempt, range(1, 40, every))


@pytest.mark.parametrize("ending", [".csv", *first(0, [".npy", ".json"])])
def test_predict_killed_at_any_moment_keeps_the_older_file(scenes, ending):
    scene = scenes("dense")
    output = scene.folder / f"predictions{ending}"
    predict = ("predict", "uninterrupted", tiny.TABLE, "--output", output.name)
    count = count_moments(scene, *predict)
    new = output.read_bytes()

    def attempt(number):
        output.write_text("older")
        with about(run_killed(scene, number, *predict)):
            assert output.read_bytes() in (b"older", new)
        assert run(scene.folder, *predict).code == 0
        assert output.read_bytes() == new

    assert all_succeed(attempt, range(1, count + 1))


@pytest.mark.parametrize("kills", first(1, [4, 8, 12, 16, 20, 24]))
def test_a_run_killed_repeatedly_has_the_same_results(scenes, kills):
    scene = scenes("many_checkpoints", epochs=24)
    most = count_moments(scene, *TRAIN) // kills
    scene.clear()
    chosen = random.Random(kills)
    for _ in range(kills):
        with about(run_killed(scene, chosen.randint(1, most), *TRAIN)):
            assert consistent_so_far(scene.run, scene.uninterrupted)
    rerun_and_compare(scene, scene.uninterrupted, *TRAIN)


@pytest.mark.parametrize(("kind", "setting"), first(2, EXTENSIONS))
@pytest.mark.parametrize("every", first(1, [53, 1]))
def test_a_run_killed_while_it_is_extended_has_the_same_results(scenes, kind, setting, every):
    scene = scenes(kind)
    extend = ("resume", "run", "--set", setting)
    scene.begin_with(scene.uninterrupted)
    count = count_moments(scene, *extend)
    extended = scene.folder / f"extended-{setting}"
    if not extended.exists():
        scene.run.rename(extended)
        assert state(extended)["epoch"] > state(scene.uninterrupted)["epoch"]

    def attempt(number):
        scene.begin_with(scene.uninterrupted)
        with about(run_killed(scene, number, *extend)):
            assert consistent_so_far(scene.run, extended)
            rerun_and_compare(scene, extended, *extend)

    assert all_succeed(attempt, range(1, count + 1, every))


def killed_after(step: int, *settings: str) -> object:
    """Return an action that trains and is killed after a step."""

    def listen(event: object) -> None:
        if isinstance(event, StepEnded) and event.step == step:
            os.kill(os.getpid(), signal.SIGKILL)

    return lambda: train(CONFIG, settings, "run", listener=listen)


@pytest.mark.parametrize("every", first(1, [23, 1]))
def test_an_incomplete_last_row_is_rewritten(scenes, every):
    scene = scenes("dense")
    assert Child(scene.folder, killed_after(8)).ended().code == -signal.SIGKILL
    killed = scene.folder / f"killed-{every}"
    scene.run.rename(killed)
    row = (scene.uninterrupted / "metrics.csv").read_text().splitlines(keepends=True)[3]

    def attempt(length):
        scene.begin_with(killed)
        metrics = scene.run / "metrics.csv"
        metrics.write_text(metrics.read_text() + row[:length])
        rerun_and_compare(scene, scene.uninterrupted, *TRAIN)

    assert all_succeed(attempt, range(0, len(row) + 1, every))


@pytest.mark.parametrize("every", first(1, [31, 1]))
def test_an_incomplete_header_is_rewritten(scenes, every):
    scene = scenes("dense")
    assert Child(scene.folder, killed_after(2)).ended().code == -signal.SIGKILL
    header = (scene.uninterrupted / "metrics.csv").read_text().splitlines(keepends=True)[0]

    def attempt(length):
        scene.clear()
        assert Child(scene.folder, killed_after(2)).ended().code == -signal.SIGKILL
        (scene.run / "metrics.csv").write_text(header[:length])
        rerun_and_compare(scene, scene.uninterrupted, *TRAIN)

    assert all_succeed(attempt, range(0, len(header) + 1, every))


@pytest.mark.parametrize("step", first(2, [8, 11, 2, 3, 4, 5, 6, 7, 9, 10, 12, 13, 14, 20]))
def test_steps_before_the_last_checkpoint_are_not_repeated(scenes, step, monkeypatch):
    scene = scenes("many_checkpoints")
    assert Child(scene.folder, killed_after(step)).ended().code == -signal.SIGKILL
    saved = last_step(scene.run)
    assert step - saved <= 2, "a checkpoint is written every 2 steps"
    steps = []
    monkeypatch.chdir(scene.folder)
    resume("run", listener=lambda event: steps.append(event.step) if isinstance(event, StepEnded) else None)
    assert steps == list(range(saved + 1, state(scene.uninterrupted)["step"] + 1))
    assert same(scene.run, scene.uninterrupted)


@pytest.mark.parametrize("wanted", ["resume", "train"])
def test_a_finished_run_is_unchanged_by_repeated_commands(scenes, wanted):
    scene = scenes("many_checkpoints")
    scene.begin_with(scene.uninterrupted)
    ended = run(scene.folder, *(TRAIN if wanted == "train" else ("resume", "run")))
    assert ended.code == 0
    assert same(scene.run, scene.uninterrupted)
    assert parsed((scene.run / "metrics.csv").read_text()) == content(scene.uninterrupted / "metrics.csv")
