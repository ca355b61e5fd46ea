"""Test Ctrl-C during a long step: the first press is confirmed at once, the second ends the process at once."""

from __future__ import annotations

import signal
import subprocess
import sys
import time

import pytest

from nncli.runs.checkpoint import verify
from tests.long import first
from tests.workflows import tiny

# The program trains; its fifth step is long, and Python handles no signal during that step.
LONG_STEP = """
import hashlib, sys
from nncli.cli.app import main
from nncli.training.trainer import Trainer
step = Trainer._step
def slow(self, *arguments):
    if self.step == 4:
        sys.stderr.write("in a long step\\n")
        sys.stderr.flush()
        hashlib.pbkdf2_hmac("sha256", b"", b"", ROUNDS)
    return step(self, *arguments)
Trainer._step = slow
sys.argv = ["nncli", "train", "config.yaml", "--run-dir", "run", *OPTIONS]
main()
"""


def start(folder, rounds, options=()):
    """Start a training process and wait until its long step begins."""
    tiny.write(folder, tiny.classifier())
    code = LONG_STEP.replace("ROUNDS", str(rounds)).replace("OPTIONS", repr(list(options)))
    process = subprocess.Popen([sys.executable, "-c", code], stderr=subprocess.PIPE, text=True, cwd=folder)
    while process.stderr.readline() != "in a long step\n":
        assert process.poll() is None
    return process


@pytest.mark.parametrize(("number", "code"), first(1, [(signal.SIGINT, 130), (signal.SIGTERM, 143)]))
def test_a_second_signal_does_not_wait_for_a_long_step(tmp_path, number, code):
    process = start(tmp_path, 10**9)
    process.send_signal(number)
    assert process.stderr.readline() == "stopping after this step; press Ctrl-C again to quit now\n"
    before = time.monotonic()
    process.send_signal(number)
    _, err = process.communicate(timeout=20)
    assert time.monotonic() - before < 5
    assert (process.returncode, err) == (code, "")
    assert verify(str(tmp_path / "run/checkpoints/last.npz"))["step"] == 3


@pytest.mark.parametrize("options", [(), ["--quiet"]])
def test_the_first_signal_is_confirmed_at_once_and_waits_for_the_step(tmp_path, options):
    process = start(tmp_path, 10**5, options)
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=20)
    assert process.returncode == 130
    confirmed = "stopping after this step; press Ctrl-C again to quit now" in err
    assert confirmed == (not options)
    assert err.splitlines()[-1].startswith(
        "stopped in epoch 2 after step 5; the state is saved. To resume: nncli resume"
    )
