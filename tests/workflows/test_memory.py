"""Test that a large file is trained on, evaluated and predicted without being held in memory."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from tests.workflows import tiny

LARGE_ROWS, COLUMNS = 50_000, 1000  # 200 MB in float32
PART = 2500  # rows generated at once
LIMIT = 150  # MB that a command on the large file may use beyond the same command on a tiny file

pytestmark = pytest.mark.skipif(
    not Path("/proc/self/status").exists(), reason="this platform has no /proc with the memory of a process"
)


def peak_memory(folder, *arguments):
    """Return the peak memory of a command in MB, not counting memory-mapped files."""
    # Use one thread, because BLAS may allocate memory per thread.
    environment = {**os.environ, "OPENBLAS_NUM_THREADS": "1", "PYTHONPATH": os.pathsep.join(sys.path)}
    process = subprocess.Popen(
        [sys.executable, "-m", "nncli", *arguments],
        cwd=folder,
        env=environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
    )
    most = 0
    while process.poll() is None:
        try:
            status = Path(f"/proc/{process.pid}/status").read_text()
        except OSError:  # the process has just ended
            break
        lines = [line.split() for line in status.splitlines() if line.startswith("RssAnon")]
        most = max([most, *(int(line[1]) for line in lines)])
        try:
            process.wait(0.005)
        except subprocess.TimeoutExpired:
            continue
    assert process.wait() == 0, process.stderr.read().decode()
    process.stderr.close()
    return most / 1024


def write(folder, rows):
    """Write inputs, targets and a config."""
    random = np.random.default_rng(0)
    part = random.normal(size=(min(PART, rows), COLUMNS)).astype(np.float32)
    x = np.lib.format.open_memmap(folder / "x.npy", "w+", np.float32, (rows, COLUMNS))
    for start in range(0, rows, len(part)):
        x[start : start + len(part)] = part + start / rows
    x.flush()
    np.save(folder / "y.npy", random.normal(size=rows).astype(np.float32))
    values = tiny.regression(metrics=["mae"], training={"epochs": 1, "batch_size": 256, "threads": 1})
    values["data"] |= {"train": {"inputs": "x.npy", "targets": "y.npy"}, "validation": {"fraction": 0.1}}
    values["model"] = [{"type": "dense", "units": 4}, "tanh", {"type": "dense", "units": 1}]
    (folder / "config.yaml").write_text(json.dumps(values))


@pytest.mark.long
def test_a_large_file_is_not_held_in_memory(tmp_path):
    commands = [
        ("train", "config.yaml", "--run-dir", "run"),
        ("predict", "run", "x.npy", "--output", "out.npy"),
        ("evaluate", "run", "x.npy", "--targets", "y.npy"),
    ]
    found = {}
    for name, rows in (("tiny", 100), ("large", LARGE_ROWS)):
        folder = tmp_path / name
        folder.mkdir()
        write(folder, rows)
        found[name] = [peak_memory(folder, *command) for command in commands]
        assert np.load(folder / "out.npy").shape == (rows, 1)
        size = os.path.getsize(folder / "x.npy") / 1e6
        os.unlink(folder / "x.npy")
    assert size == pytest.approx(200, rel=0.01)
    for command, small, large in zip(commands, found["tiny"], found["large"], strict=True):
        assert small > 5, "the memory was measured"
        assert large - small < LIMIT, f"{command[0]}: {large:.0f} MB, {small:.0f} MB for a tiny file"
