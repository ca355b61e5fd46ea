"""Files that are made to fill the memory are rejected with little memory, which is measured in a separate process."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.long import first

pytest.importorskip("resource", reason="the memory of a process is measured with getrusage")
ROOT = Path(__file__).parents[2]
MAX_PEAK = 1000  # MiB


def process(folder, *what):
    """Run memory_bombs.py and return the values of the lines that it prints."""
    script = Path(__file__).with_name("memory_bombs.py")
    environment = {"PYTHONPATH": str(ROOT), "PATH": ""}
    command = [sys.executable, str(script), what[0], str(folder), *what[1:]]
    found = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert found.returncode == 0, found.stderr[-3000:]
    assert "Traceback" not in found.stderr
    return [json.loads(line) for line in found.stdout.splitlines()]


@pytest.mark.parametrize(("which", "count"), first(1, [("few", 4), ("all", 45)]))
def test_the_worst_files_are_rejected_with_little_memory(tmp_path, which, count):
    process(tmp_path, "make", which)
    ended = process(tmp_path, "run")
    left = {path.name for path in tmp_path.glob("run*")}
    shutil.rmtree(tmp_path)
    assert not left
    assert len(ended) >= count
    for code, peak, arguments, output in ended:
        assert code == 2, (arguments, output)
        assert peak < MAX_PEAK, arguments
        assert "Traceback" not in output
        lines = output.strip().splitlines()
        assert 1 <= len(lines) <= 2, output
        assert max(map(len, lines)) < 700, arguments
        if arguments[0] != "train":
            assert Path(arguments[1]).name in output
