"""Run the compared programs (sides) alternately (A B A B), each in its own process."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from contextlib import ExitStack
from dataclasses import dataclass, field
from statistics import median
from typing import Any

REST = 0.3  # seconds between turns, in which idle threads fall asleep; OpenBLAS threads need more than 0.05 s


@dataclass
class Side:
    """The process of one side, and its measured times and memory.

    Args:
        name: name of the side in tables.
        module: name of a module in `tests.benchmarks.sides`, followed by its command line arguments.
        about: facts about the side, such as its version.
        environment: additional environment variables of the process.
        seconds: measured seconds of each turn.
        peak_bytes: peak memory of the process.
    """

    name: str
    module: tuple[str, ...]
    about: dict[str, Any] = field(default_factory=dict)
    environment: dict[str, str] = field(default_factory=dict)
    seconds: list[float] = field(default_factory=list)
    peak_bytes: int = 0

    def start(self) -> None:
        """Start the process and wait until it is warmed up."""
        module, *arguments = self.module
        command = [sys.executable, "-m", f"tests.benchmarks.sides.{module}", *arguments]
        environment = os.environ | self.environment
        pipe = subprocess.PIPE
        self._process = subprocess.Popen(command, stdin=pipe, stdout=pipe, text=True, env=environment)
        self.about |= self._answer()

    def turn(self) -> None:
        """Let the process do one turn of work."""
        time.sleep(REST)
        self.seconds.append(self._ask("turn")["seconds"])

    def end(self) -> None:
        """Ask for the peak memory of the process; then the process ends."""
        self.peak_bytes = self._ask("end")["peak_bytes"]

    def close(self) -> None:
        """End the process, even if this side or another one failed."""
        with self._process:
            pass  # the process ends when its standard input is closed

    @property
    def median(self) -> float:
        """The median seconds of a turn."""
        return median(self.seconds)

    def _ask(self, what: str) -> dict[str, Any]:
        assert self._process.stdin is not None
        self._process.stdin.write(what + "\n")
        self._process.stdin.flush()
        return self._answer()

    def _answer(self) -> dict[str, Any]:
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        if not line:
            raise SystemExit(f"{self.name} failed; see above")
        answer: dict[str, Any] = json.loads(line)
        return answer


def take_turns(sides: list[Side], turns: int) -> None:
    """Start all sides, let them do `turns` turns alternately, and end them."""
    with ExitStack() as stack:
        for side in sides:
            stack.callback(side.close)
            side.start()
        for _ in range(turns):
            for side in sides:
                side.turn()
        for side in sides:
            side.end()


@dataclass(frozen=True)
class Ratio:
    """The time of one side divided by the time of another: median and quartiles over the turns."""

    middle: float
    low: float
    high: float

    def __str__(self) -> str:
        return f"{self.middle:.2f} ({self.low:.2f}-{self.high:.2f})"


def ratio(other: Side, own: Side) -> Ratio:
    """Divide each time of `other` by the time of `own` in the same round; return median and quartiles."""
    ratios = sorted(theirs / ours for theirs, ours in zip(other.seconds, own.seconds, strict=True))
    quarter = len(ratios) // 4
    return Ratio(median(ratios), ratios[quarter], ratios[-1 - quarter])


def in_words(threads: int) -> str:
    """Format a number of threads, such as "1 thread" or "2 threads"."""
    return f"{threads} {'thread' if threads == 1 else 'threads'}"


def cores() -> int:
    """Return the number of cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
