"""After Ctrl-C or SIGTERM at any time the state is saved, and the resumed run has bit-identical results."""

from __future__ import annotations

import os
import random
import shlex
import signal
import time
from collections.abc import Callable

import pytest

import nncli.workflows.train
from nncli.lifecycle import data_changes, run_description, start_run, training_run
from nncli.runs import checkpoint
from nncli.training.events import EpochEnded, StepEnded, TrainingEnded
from nncli.training.executor import Executor
from tests.long import first
from tests.reliability.attempts import about, all_succeed
from tests.reliability.children import Child, Ended, command, run, signalled
from tests.reliability.kinds import CONFIG, TRAIN, Scene
from tests.reliability.programs import await_file, end, start
from tests.reliability.runs_compared import consistent_so_far, same, state
from tests.reliability.slowed import slow

CODES = {signal.SIGINT: 130, signal.SIGTERM: 143}
SIGNALS = list(CODES)
SLOW = {
    "step": "nncli.training.trainer:Trainer._step",
    "measure": "nncli.training.executor:Executor.evaluate",
    "save": "nncli.runs.checkpoint:save",
    "fsync": "os:fsync",
}
BEGIN = ("train", CONFIG, "--run-dir", "run")


def resume_and_compare(scene: Scene, ended: Ended, number: int) -> None:
    """Check a stopped run, run the command at the end of its message, and compare the results."""
    assert ended.code == CODES[signal.Signals(number)], f"{ended.code} {ended.err}"
    assert ended.out == ""
    assert "Traceback" not in ended.err
    assert consistent_so_far(scene.run, scene.uninterrupted)
    assert state(scene.run)["state"] == "stopped"
    last = ended.err.splitlines()[-1]
    assert last.startswith("stopped "), last
    assert "the state is saved. To resume: nncli resume " in last
    _, *arguments = shlex.split(last[last.index("nncli resume") :])
    ended = run(scene.folder, *arguments)
    assert ended.code == 0, ended.err
    assert same(scene.run, scene.uninterrupted)


def slowed(**seconds: float) -> Callable[[], object]:
    """Return an action that trains with functions that sleep before each call."""

    def act() -> object:
        for name, each in seconds.items():
            slow(SLOW[name], each)
        return command(*BEGIN)()

    return act


@pytest.mark.parametrize("number", SIGNALS)
@pytest.mark.parametrize("seed", first(1, range(20)))
def test_a_run_stopped_at_a_random_time_can_be_resumed(scenes, number, seed):
    scene = scenes("many_checkpoints")
    with Child(scene.folder, slowed(step=0.03, measure=0.06)) as child:
        await_file(scene.run / "checkpoints" / "last.npz")
        time.sleep(random.Random(seed).uniform(0, 0.5))
        child.send(number)
        resume_and_compare(scene, child.ended(), number)


@pytest.mark.parametrize("number", first(1, SIGNALS))
def test_a_program_stopped_by_a_signal_can_be_resumed(scenes, number):
    scene = scenes("many_checkpoints")
    program = start(scene.folder, {SLOW["step"]: 0.04}, *BEGIN)
    await_file(scene.run / "checkpoints" / "last.npz")
    program.send_signal(number)
    resume_and_compare(scene, end(program), number)


def stopped_while_measuring(at: int, number: int) -> Callable[[], object]:
    """Return an action that trains and is stopped at the start of an evaluation."""

    def act() -> object:
        Executor.evaluate = signalled(Executor.evaluate, at, number)
        return command(*BEGIN)()

    return act


@pytest.mark.parametrize("number", first(1, SIGNALS))
@pytest.mark.parametrize("kind", ["dense", *first(0, ["early_stopping", "convolutional"])])
def test_a_run_stopped_during_any_evaluation_can_be_resumed(scenes, kind, number):
    scene = scenes(kind)
    epochs = state(scene.uninterrupted)["epoch"]

    def attempt(at):  # evaluation number epochs + 1 is that of the test rows
        scene.clear()
        with about(f"evaluation {at} of {epochs + 1}"):
            resume_and_compare(scene, Child(scene.folder, stopped_while_measuring(at, number)).ended(), number)

    assert all_succeed(attempt, range(1, epochs + 2))


@pytest.mark.parametrize("kind", [StepEnded, EpochEnded, TrainingEnded])
@pytest.mark.parametrize("number", first(1, SIGNALS))
def test_a_run_stopped_while_an_event_is_handled_can_be_resumed(scenes, kind, number):
    scene = scenes("dense")

    def act() -> object:
        from nncli.cli.run_display import RunDisplay

        original = RunDisplay.__call__

        def signal_first(display: RunDisplay, event: object) -> None:
            if isinstance(event, kind):
                os.kill(os.getpid(), number)
            original(display, event)

        RunDisplay.__call__ = signal_first
        return command(*BEGIN)()

    resume_and_compare(scene, Child(scene.folder, act).ended(), number)


@pytest.mark.parametrize("number", first(1, SIGNALS))
@pytest.mark.parametrize("call", first(1, ["fsync", "save"]))
def test_a_second_signal_while_a_checkpoint_is_written_does_no_damage(scenes, number, call):
    scene = scenes("many_checkpoints")
    with Child(scene.folder, slowed(**{call: 0.1})) as child:
        await_file(scene.run / "checkpoints" / "best.npz")
        child.send(number)
        time.sleep(0.05)
        child.send(number)
        ended = child.ended()
    assert ended.code in (CODES[number], -number), ended.err
    assert "Traceback" not in ended.err
    assert consistent_so_far(scene.run, scene.uninterrupted)
    ended = run(scene.folder, "resume", "run")
    assert ended.code == 0, ended.err
    assert same(scene.run, scene.uninterrupted)


BEFORE_TRAINING = {  # functions that run before the first step, each with the module that calls it
    "load_config": nncli.workflows.train,
    "write_description": start_run,
    "fingerprint": data_changes,
    "describe_environment": run_description,
    "event_lines": training_run,
}


@pytest.mark.parametrize("call", BEFORE_TRAINING)
@pytest.mark.parametrize("number", first(1, SIGNALS))
def test_a_run_stopped_before_training_starts_can_be_repeated(scenes, number, call):
    scene = scenes("dense")

    def act() -> object:
        module = BEFORE_TRAINING[call]
        setattr(module, call, signalled(getattr(module, call), 1, number))
        return command(*BEGIN)()

    ended = Child(scene.folder, act).ended()
    assert ended.code in (CODES[number], -number), ended.err
    assert "Traceback" not in ended.err
    ended = run(scene.folder, *TRAIN)
    assert ended.code == 0, ended.err
    assert same(scene.run, scene.uninterrupted)


@pytest.mark.parametrize("number", first(1, SIGNALS))
@pytest.mark.parametrize("every", first(1, [97, 1]))
def test_a_run_stopped_after_every_step_can_be_resumed(scenes, number, every):
    """Each process runs one step and saves the state again, which does not change the results."""
    scene = scenes("many_checkpoints")
    steps = state(scene.uninterrupted)["step"]
    for _ in range(steps if every == 1 else 4):
        ended = Child(scene.folder, stopped_after_a_step(number)).ended()
        assert ended.code == CODES[number], ended.err
        assert consistent_so_far(scene.run, scene.uninterrupted)
    resume_and_compare(scene, ended, number)


def stopped_after_a_step(number: int) -> Callable[[], object]:
    """Return an action that resumes a run and is stopped after its first step."""

    def act() -> object:
        from nncli.training.trainer import Trainer

        Trainer._step = signalled(Trainer._step, 1, number)
        return command(*TRAIN)()

    return act


def test_the_message_names_the_step_of_the_saved_state(scenes):
    scene = scenes("dense")
    ended = Child(scene.folder, stopped_after_a_step(signal.SIGTERM)).ended()
    assert "after step 1;" in ended.err.splitlines()[-1]
    meta = checkpoint.read_meta(str(scene.run / "checkpoints" / "last.npz"))
    assert (meta["epoch"], meta["step"]) == (0, 1)
