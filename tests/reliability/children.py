"""Run commands in forked processes, which start fast, and in which a test can replace system calls."""

from __future__ import annotations

import contextlib
import os
import select
import signal
import sys
import time
import traceback
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from nncli.cli.app import main

PATIENCE = 120  # seconds after which a child that has not ended is killed
BROKEN = 70  # exit code of a child whose action raised an unexpected error

Action = Callable[[], object]


@dataclass
class Ended:
    """The result of a process; the exit code is negative if a signal killed it, as in subprocess."""

    code: int
    out: str
    err: str


class Child:
    """A forked process that runs an action in a folder and ends.

    Args:
        folder: its working directory.
        action: the function that it runs.
    """

    def __init__(self, folder: Path, action: Action) -> None:
        streams = [os.pipe(), os.pipe()]
        with warnings.catch_warnings():  # Python warns that fork does not copy threads
            warnings.simplefilter("ignore", DeprecationWarning)
            self.pid = os.fork()
        if self.pid == 0:
            _act(folder, action, [writer for _, writer in streams])
        for _, writer in streams:
            os.close(writer)
        self._readers = [reader for reader, _ in streams]

    def __enter__(self) -> Child:
        return self

    def __exit__(self, *_: object) -> None:
        if self._readers:
            self.send(signal.SIGKILL)
            self.ended()

    def send(self, number: int) -> None:
        """Send a signal."""
        os.kill(self.pid, number)

    def has_ended(self) -> bool:
        """Return whether the process has ended; `ended` returns its result."""
        return os.waitid(os.P_PID, self.pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is not None

    def await_stop(self) -> None:
        """Wait until SIGSTOP has stopped the process."""
        os.waitid(os.P_PID, self.pid, os.WSTOPPED | os.WEXITED | os.WNOWAIT)

    def ended(self) -> Ended:
        """Wait until the process has ended, and return its result."""
        readers, self._readers = self._readers, []
        texts = dict.fromkeys(readers, b"")
        waiting, until = list(readers), time.monotonic() + PATIENCE
        while waiting:
            ready, _, _ = select.select(waiting, [], [], max(0, until - time.monotonic()))
            if not ready:
                self.send(signal.SIGKILL)
            for reader in ready:
                texts[reader] += (piece := os.read(reader, 65536))
                if not piece:
                    os.close(reader)
                    waiting.remove(reader)
        _, status = os.waitpid(self.pid, 0)
        out, err = (texts[reader].decode() for reader in readers)
        return Ended(os.waitstatus_to_exitcode(status), out, err)


def _act(folder: Path, action: Action, writers: list[int]) -> None:
    code = BROKEN
    try:
        for number, writer in zip((1, 2), writers, strict=True):
            os.dup2(writer, number)
            os.close(writer)
        sys.stdout, sys.stderr = (os.fdopen(number, "w", closefd=False) for number in (1, 2))
        os.chdir(folder)
        os.fsync = _skip_fsync
        try:
            action()
            code = 0
        except SystemExit as error:
            code = error.code if isinstance(error.code, int) else 0
    except BaseException:
        traceback.print_exc()
    finally:
        with contextlib.suppress(BaseException):
            sys.stdout.flush()
            sys.stderr.flush()
        os._exit(code)


def _skip_fsync(descriptor: int) -> None:
    """Replace os.fsync, which is not needed because these tests kill processes and not the machine."""
    os.fstat(descriptor)


def command(*arguments: str) -> Action:
    """Return an action that runs a command of nncli."""

    def run() -> None:
        sys.argv = ["nncli", *arguments]
        main()

    return run


def run(folder: Path, *arguments: str) -> Ended:
    """Run a command of nncli and return how it ended."""
    return Child(folder, command(*arguments)).ended()


def signalled(call: Callable[..., object], at: int, number: int) -> Callable[..., object]:
    """Wrap a function so that its call number `at` first sends a signal to this process."""
    calls = 0

    def called(*args: object, **keys: object) -> object:
        nonlocal calls
        calls += 1
        if calls == at:
            os.kill(os.getpid(), number)
        return call(*args, **keys)

    return called
