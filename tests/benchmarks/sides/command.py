"""Run a command as a new process in every turn: python -m tests.benchmarks.sides.command WORD...

`NEW` in a word is replaced by a new directory in every turn. This process imports little, because on
Linux the measured peak memory of a command is at least the peak memory of the process that started it.
"""

from __future__ import annotations

import resource
import subprocess
import sys
import tempfile
import time

from tests.benchmarks.sides.worker import serve


def run(words: list[str]) -> float:
    """Run the command and return how many seconds it took."""
    with tempfile.TemporaryDirectory() as directory:
        command = [word.replace("NEW", f"{directory}/new") for word in words]
        begun = time.perf_counter()
        done = subprocess.run(
            command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, check=False
        )
        seconds = time.perf_counter() - begun
    if done.returncode:
        sys.exit(f"{' '.join(command)} ended with {done.returncode}:\n{done.stderr.decode(errors='replace')}")
    return seconds


if __name__ == "__main__":
    serve(lambda: run(sys.argv[1:]), whose=resource.RUSAGE_CHILDREN)
