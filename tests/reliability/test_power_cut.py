"""A power cut at any moment loses only data that were not synced, and the repeated command gives the same results."""

from __future__ import annotations

import os
import shutil
import signal

import pytest

from nncli.runs import checkpoint
from tests.long import first
from tests.reliability.attempts import about, all_succeed
from tests.reliability.children import Child, command, run
from tests.reliability.kinds import TRAIN
from tests.reliability.moments import Count, counted
from tests.reliability.power import cut_at
from tests.reliability.runs_compared import content, last_step, rows_so_far, same

EPOCH = 3  # steps per epoch
pytestmark = pytest.mark.skipif(
    not os.path.isdir("/proc/self/fd"), reason="open files can be read by descriptor only in /proc/self/fd"
)


@pytest.mark.parametrize("names_persist", [False, True], ids=["names and content are lost", "only content is lost"])
@pytest.mark.parametrize("kind", ["dense", *first(0, ["early_stopping", "many_checkpoints"])])
@pytest.mark.parametrize("every", first(1, [29, 1]))
def test_a_run_after_a_power_cut_at_any_moment_has_the_same_results(scenes, kind, every, names_persist, tmp_path):
    scene = scenes(kind)
    count = Count()
    assert Child(scene.folder, counted(command(*TRAIN), count)).ended().code == 0
    left = tmp_path / "left"

    def attempt(number):
        scene.clear()
        shutil.rmtree(left, ignore_errors=True)
        ended = Child(scene.folder, cut_at(command(*TRAIN), number, left, names_persist=names_persist)).ended()
        assert ended.code == -signal.SIGKILL, ended.err
        with about(ended.err.splitlines()[-1]):
            saved = last_step(scene.run)
            scene.clear()
            if left.exists():
                shutil.copytree(left, scene.run)
            for path in (scene.run / "checkpoints").glob("[!.]*.npz"):
                checkpoint.load(str(path))
            assert last_step(scene.run) >= saved - EPOCH, "more than an epoch is lost"
            rows = rows_so_far(scene.run / "metrics.csv")
            equal = rows == content(scene.uninterrupted / "metrics.csv")[: len(rows)]
            assert equal, "metrics.csv differs from that of the uninterrupted run"
            ended = run(scene.folder, *TRAIN)
            assert ended.code == 0, ended.err
            assert same(scene.run, scene.uninterrupted)

    assert all_succeed(attempt, range(1, count.value + 1, every))
