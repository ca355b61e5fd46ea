"""Start nncli as a separate program, wait for its files, and wait for its end."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from pathlib import Path

from tests.reliability import slowed
from tests.reliability.children import Ended

STEP = "nncli.training.trainer:Trainer._step"
POLL = 0.002  # seconds between two checks of the files
PATIENCE = 60  # seconds before a wait fails


def start(folder: Path, slow: dict[str, float], *arguments: str) -> subprocess.Popen[str]:
    """Start nncli as a program; `slow` maps names of functions to the seconds that they sleep before each call."""
    command = [sys.executable, slowed.__file__, json.dumps(slow), *arguments]
    return subprocess.Popen(command, cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def end(program: subprocess.Popen[str]) -> Ended:
    """Wait until a program has ended."""
    out, err = program.communicate(timeout=PATIENCE)
    return Ended(program.returncode, out, err)


def traces(run: Path) -> set[tuple[str, int, int, int]]:
    """Return (path, time, size, inode) of every file of a run; at least one value changes when the file is written."""
    found = set()
    for path in run.rglob("*") if run.exists() else ():
        try:
            seen = path.stat()
        except OSError:  # the file has been removed
            continue
        found.add((str(path), seen.st_mtime_ns, seen.st_size, seen.st_ino))
    return found


def await_writing(program: subprocess.Popen[str], run: Path, before: set[tuple[str, int, int, int]]) -> None:
    """Wait until a program has written to its run, or has ended."""
    while program.poll() is None and traces(run) == before:
        time.sleep(POLL)


def await_file(path: Path) -> None:
    """Wait until a file exists."""
    until = time.monotonic() + PATIENCE
    while not path.exists():
        assert time.monotonic() < until, f"{path} was not written"
        time.sleep(POLL)
