"""Train on a .npy file, alternately memory-mapped and in memory.

    python -m tests.tools.measure_mapped [MEGABYTES] [FOLDER]

Prints the seconds per epoch and the peak anonymous memory of each run (Linux only).
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

COLUMNS, TURNS = 1024, 3
CONFIG = """\
data:
  train: {inputs: x.npy, targets: y.npy}
  validation: {fraction: 0.1}
  scale_inputs: standard
  scale_targets: standard
model: [{type: dense, units: 128}, relu, {type: dense, units: 1}]
loss: mse
optimizer: adam
training: {epochs: 2, batch_size: 128}
"""
IN_MEMORY = "import nncli.data.sources.arrays as arrays; arrays.MIN_PREVIEW_BYTES = 1 << 62; "
TRAIN = "import sys; from nncli.cli.app import main; sys.argv[1:1] = ['train']; main()"


def main(megabytes: int, folder: Path) -> None:
    """Write the file and train."""
    _write(folder, megabytes)
    for turn in range(TURNS):
        for name, before in (("in memory", IN_MEMORY), ("mapped", "")):
            run = folder / f"{name.replace(' ', '-')}-{turn}"
            peak = _train(before + TRAIN, folder, run)
            *_, last = (run / "metrics.csv").read_text().splitlines()
            print(f"{name:10} {float(last.split(',')[-1]):6.2f} s per epoch  {peak / 1024:6.0f} MB of anonymous memory")


def _write(folder: Path, megabytes: int) -> None:
    random, rows = np.random.default_rng(0), megabytes * 1_000_000 // (4 * COLUMNS)
    x = np.lib.format.open_memmap(str(folder / "x.npy"), mode="w+", dtype=np.float32, shape=(rows, COLUMNS))
    for start in range(0, rows, 10_000):
        part = x[start : start + 10_000]
        part[:] = random.standard_normal(part.shape, dtype=np.float32) * 3 + 1
    x.flush()
    np.save(folder / "y.npy", np.array(x[:, 0] - x[:, 1]), allow_pickle=False)
    (folder / "big.yaml").write_text(CONFIG)


def _train(code: str, folder: Path, run: Path) -> int:
    """Train, and return the peak anonymous memory in kilobytes."""
    command = [sys.executable, "-c", code, str(folder / "big.yaml"), "--run-dir", str(run), "--quiet"]
    process, peak = subprocess.Popen(command, stdout=subprocess.DEVNULL), 0
    while process.poll() is None:
        try:
            status = Path(f"/proc/{process.pid}/status").read_text()
        except OSError:
            break
        peak = max([peak, *(int(line.split()[1]) for line in status.splitlines() if line.startswith("RssAnon"))])
        time.sleep(0.05)
    process.wait()
    return peak


if __name__ == "__main__":
    given = sys.argv[1:]
    with tempfile.TemporaryDirectory() as temporary:
        main(int(given[0]) if given else 4000, Path(given[1] if len(given) > 1 else temporary))
