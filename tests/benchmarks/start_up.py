"""Measure the start-up time of commands."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import numpy as np

from tests.benchmarks.comparing import NNCLI, command, times_of
from tests.benchmarks.machine import installed
from tests.benchmarks.turns import take_turns
from tests.benchmarks.workloads import CONFIGS

NAME = "start-up"
IMPORT_NUMPY = 'python -c "import numpy"'


def measure(turns: int) -> dict[str, Any]:
    """Measure the commands alternately, each in a new process."""
    with tempfile.TemporaryDirectory() as directory:
        run, row = Path(directory, "run"), Path(directory, "one-row.npy")
        train = (*NNCLI, "train", CONFIGS / "digits.yaml", "--run-dir", run, "--set", "training.epochs=1", "--quiet")
        subprocess.run([*map(str, train)], check=True, stdout=subprocess.DEVNULL)
        np.save(row, np.zeros((1, 8, 8, 1), np.uint8))
        sides = [
            command("nncli --help", *NNCLI, "--help"),
            command("nncli predict CHECKPOINT one-row.npy", *NNCLI, "predict", run, row),
            numpy := command(IMPORT_NUMPY, sys.executable, "-c", "import numpy"),
        ]
        if installed("torch"):
            sides.append(command('python -c "import torch"', sys.executable, "-c", "import torch"))
        take_turns(sides, turns)
    return {"workload": NAME, "sides": times_of(sides, numpy)}
