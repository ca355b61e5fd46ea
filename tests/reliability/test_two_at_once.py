"""Several processes use one run directory, or read a run while it is written."""

from __future__ import annotations

import json
import os
import random
import signal
import time
from collections.abc import Callable

import pytest

from nncli.training.trainer import Trainer
from nncli.workflows.evaluate import evaluate
from nncli.workflows.inspect import inspect
from nncli.workflows.predict import predict
from tests.long import first
from tests.reliability.children import Action, Child, Ended, command, run, signalled
from tests.reliability.kinds import CONFIG, TRAIN, Scene
from tests.reliability.moments import killed_at
from tests.reliability.programs import STEP, await_file, end, start
from tests.reliability.runs_compared import content, parsed, same
from tests.workflows import tiny

BEGIN = ("train", CONFIG, "--run-dir", "run")
# parts of the messages if another process is writing the run, or created it first
REFUSED = ("another process", "holds a run already")


def run_together(scene: Scene, actions: list[Action], delay: float = 0) -> list[Ended]:
    """Run each action in a process; each process starts `delay` seconds after the one before it."""
    reader, gate = os.pipe()

    def waiting(action: Action, seconds: float) -> Action:
        def act() -> object:
            os.close(gate)
            os.read(reader, 1)  # returns when the gate is closed
            time.sleep(seconds)
            return action()

        return act

    children = [Child(scene.folder, waiting(action, index * delay)) for index, action in enumerate(actions)]
    os.close(reader)
    os.close(gate)
    return [child.ended() for child in children]


def check_one_winner(scene: Scene, ends: list[Ended]) -> None:
    """Check that one process did all of the work and that the other processes were rejected."""
    assert sorted(ended.code for ended in ends) == [0, *[2] * (len(ends) - 1)], ends
    for ended in ends:
        if ended.code:
            (line,) = ended.err.splitlines()
            assert any(words in line for words in REFUSED), line
            assert line.startswith("run: ")
            assert ended.out == ""
    assert same(scene.run, scene.uninterrupted)


@pytest.mark.parametrize("seed", first(3, range(50)))
def test_two_processes_start_one_run(scenes, seed):
    scene = scenes("dense")
    delay = random.Random(seed).uniform(0, 0.03) if seed % 2 else 0
    check_one_winner(scene, run_together(scene, [command(*BEGIN)] * 2, delay))


@pytest.mark.parametrize("seed", first(0, range(5)))
def test_two_programs_start_one_run(scenes, seed):
    scene = scenes("dense")
    programs = [start(scene.folder, {STEP: 0.05}, *BEGIN) for _ in range(2)]
    check_one_winner(scene, [end(program) for program in programs])


@pytest.mark.parametrize("seed", first(1, range(10)))
def test_five_processes_start_one_run(scenes, seed):
    scene = scenes("convolutional")
    check_one_winner(scene, run_together(scene, [command(*BEGIN)] * 5))


@pytest.mark.parametrize("seed", first(2, range(50)))
def test_two_processes_resume_one_run(scenes, seed):
    """The slower process is rejected or finds the run finished; a run that does not exist is started."""
    scene = scenes("many_checkpoints")
    chosen = random.Random(seed)
    commands = [command(*TRAIN)] * 2
    if seed % 2:
        Child(scene.folder, killed_at(command(*BEGIN), chosen.randint(60, 300))).ended()
        commands[1] = command("resume", "run")
    ends = run_together(scene, commands, chosen.uniform(0, 0.02))
    assert 0 in (codes := [ended.code for ended in ends]), ends
    assert set(codes) <= {0, 2}, ends
    for ended in ends:
        assert "Traceback" not in ended.err
        assert ended.code == 0 or any(words in ended.err for words in REFUSED), ended.err
    assert same(scene.run, scene.uninterrupted)


def test_runs_started_at_the_same_time_use_different_directories(scenes):
    scene = scenes("dense")
    ends = run_together(scene, [command("train", CONFIG, "--quiet")] * 4)
    assert [ended.code for ended in ends] == [0] * 4, ends
    paths = {ended.out.strip() for ended in ends}
    assert len(paths) == 4
    for path in paths:
        assert same(scene.folder / path, scene.uninterrupted)


def read_run(scene: Scene) -> dict[str, Callable[[], object]]:
    """Return functions that read what users may read while a run is in progress."""
    table = str(scene.folder / tiny.TABLE)
    return {
        "inspect": lambda: inspect(scene.run, verify=True),
        "evaluate": lambda: evaluate(scene.run, table),
        "predict": lambda: list(predict(scene.run, table).table()),
        "status.json": lambda: json.loads((scene.run / "status.json").read_text()),
        "metrics.csv": lambda: content(scene.run / "metrics.csv"),
    }


@pytest.mark.parametrize("kind", ["many_checkpoints", *first(0, ["dense"])])
@pytest.mark.parametrize("name", first(3, ["inspect", "predict", "metrics.csv", "evaluate", "status.json"]))
def test_a_run_can_be_read_while_it_is_written(scenes, kind, name):
    scene = scenes(kind, epochs=24)
    read, count = read_run(scene)[name], 0
    with Child(scene.folder, command(*BEGIN)) as program:
        await_file(scene.run / "checkpoints" / "best.npz")
        while not program.has_ended():
            read()
            count += 1
        assert program.ended().code == 0
    assert count > 1
    assert same(scene.run, scene.uninterrupted)


def test_rows_of_a_run_in_progress_are_always_complete(scenes):
    scene = scenes("dense", epochs=24)
    rows, seen = content(scene.uninterrupted / "metrics.csv"), set()
    metrics = scene.run / "metrics.csv"
    with Child(scene.folder, command(*BEGIN)) as program:
        while not program.has_ended():
            text = metrics.read_text() if metrics.exists() else ""
            assert text[-1:] in ("", "\n")
            found = parsed(text)
            equal = found == rows[: len(found)]
            assert equal
            seen.add(len(found))
        assert program.ended().code == 0
    assert len(seen) > 1


def test_a_run_cannot_be_resumed_while_another_process_writes_it(scenes):
    scene = scenes("many_checkpoints")

    def act() -> object:
        Trainer._step = signalled(Trainer._step, 10, signal.SIGSTOP)
        return command(*BEGIN)()

    with Child(scene.folder, act) as child:
        child.await_stop()
        for arguments in (TRAIN, BEGIN, ("resume", "run"), ("resume", "run", "--set", "training.epochs=99")):
            ended = run(scene.folder, *arguments)
            assert (ended.code, ended.out) == (2, "")
            assert any(words in ended.err for words in REFUSED)
        child.send(signal.SIGCONT)
        assert child.ended().code == 0
    assert same(scene.run, scene.uninterrupted)
