"""One command, killed at random times and repeated until it finishes, as by a cluster scheduler."""

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
from tests.reliability.runs_compared import last_step, same, state, whole_so_far

LONGEST = 0.2  # seconds until a program is killed after it started to write
LOOPS = {  # training settings by kind, with which short processes make progress
    "dense": {"epochs": 24},
    "convolutional": {"epochs": 16},
    "early": {"checkpoint": {"every_steps": 1}},
    "kept": {"epochs": 14},
}


def run_until_done(scene: Scene, kills: int, chosen: random.Random) -> tuple[list[int], Ended]:
    """Repeat the command until it was killed a number of times, and then until it finishes.

    The steps are so slow that all killed processes together take less time than the training; the first one reaches a
    checkpoint.

    Returns:
        The steps of the last checkpoint after each kill, and how it ended.
    """
    slow = {STEP: 1.5 * kills * LONGEST / state(scene.whole)["step"]}
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
            assert ended.code == -signal.SIGKILL, f"it had ended: {ended}"
            assert whole_so_far(scene.run, scene.whole)
        reached.append(last_step(scene.run))
    return reached, end(start(scene.folder, {}, *TRAIN))


@pytest.mark.parametrize(("kind", "kills"), first(1, [("dense", 4), *((kind, 12) for kind in LOOPS)]))
def test_a_command_that_is_killed_at_random_and_repeated(scenes, kind, kills):
    scene = scenes(kind, **LOOPS[kind])
    reached, ended = run_until_done(scene, kills, random.Random(kills))
    assert ended.code == 0, ended.err
    assert len(reached) == kills
    assert reached == sorted(reached), "work from before a checkpoint was lost"
    assert reached[0] > 0
    assert same(scene.run, scene.whole)


@pytest.mark.parametrize("seed", first(0, range(12)))
def test_a_program_that_is_killed_while_it_starts(scenes, seed):
    scene = scenes("dense")
    program = start(scene.folder, {}, *TRAIN)
    time.sleep(random.Random(seed).uniform(0.05, 0.7))
    program.kill()
    assert end(program).code in (-signal.SIGKILL, 0)
    assert whole_so_far(scene.run, scene.whole)
    ended = end(start(scene.folder, {}, *TRAIN))
    assert ended.code == 0, ended.err
    assert same(scene.run, scene.whole)
