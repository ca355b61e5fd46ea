"""A command is killed at random times and repeated until it finishes, as a cluster scheduler does."""

from __future__ import annotations

import random
import signal
import time

import pytest

from tests.long import first
from tests.reliability.attempts import about
from tests.reliability.children import Ended
from tests.reliability.kinds import TRAIN, Scene
from tests.reliability.programs import STEP, await_file, await_writing, end, start, traces
from tests.reliability.runs_compared import consistent_so_far, last_step, same, state

LONGEST = 0.2  # maximum seconds between the first write of a program and its kill
TRAINING_SETTINGS = {  # by kind of run; long enough that a process cannot finish before it is killed
    "dense": {"epochs": 24},
    "convolutional": {"epochs": 16},
    "early_stopping": {"checkpoint": {"every_steps": 1}},
    "many_checkpoints": {"epochs": 14},
}


def run_until_done(scene: Scene, kills: int, chosen: random.Random) -> tuple[list[int], Ended]:
    """Start the command and kill it a given number of times, and then run it to its end.

    Steps are slowed down, so that all killed processes together cannot finish the training. The first process is killed
    only after it has written a checkpoint.

    Returns:
        The step of the last checkpoint after each kill, and how the last process ended.
    """
    slow = {STEP: 1.5 * kills * LONGEST / state(scene.uninterrupted)["step"]}
    reached = []
    for number in range(kills):
        before = traces(scene.run)
        program = start(scene.folder, slow, *TRAIN)
        if number:
            await_writing(program, scene.run, before)
        else:
            await_file(scene.run / "checkpoints" / "last.npz")
        time.sleep(chosen.uniform(0, LONGEST))
        program.kill()
        ended = end(program)
        with about(f"kill {number + 1}"):
            assert ended.code == -signal.SIGKILL, f"it ended before the kill: {ended}"
            assert consistent_so_far(scene.run, scene.uninterrupted)
        reached.append(last_step(scene.run))
    return reached, end(start(scene.folder, {}, *TRAIN))


@pytest.mark.parametrize(("kind", "kills"), first(1, [("dense", 4), *((kind, 12) for kind in TRAINING_SETTINGS)]))
def test_a_command_killed_at_random_times_and_repeated_has_the_same_results(scenes, kind, kills):
    scene = scenes(kind, **TRAINING_SETTINGS[kind])
    reached, ended = run_until_done(scene, kills, random.Random(kills))
    assert ended.code == 0, ended.err
    assert len(reached) == kills
    assert reached == sorted(reached), "a checkpoint was lost"
    assert reached[0] > 0
    assert same(scene.run, scene.uninterrupted)


@pytest.mark.parametrize("seed", first(0, range(12)))
def test_a_program_killed_while_it_starts_has_the_same_results_when_repeated(scenes, seed):
    scene = scenes("dense")
    program = start(scene.folder, {}, *TRAIN)
    time.sleep(random.Random(seed).uniform(0.05, 0.7))
    program.kill()
    assert end(program).code in (-signal.SIGKILL, 0)
    assert consistent_so_far(scene.run, scene.uninterrupted)
    ended = end(start(scene.folder, {}, *TRAIN))
    assert ended.code == 0, ended.err
    assert same(scene.run, scene.uninterrupted)
