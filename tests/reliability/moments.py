"""Kill a process, or let its disk be full, at a numbered moment.

A moment is a point at which a process changes files: just before a call that does so, or in the middle of a write.

`watch` changes the current process permanently, so it must only be called in forked children.
"""

from __future__ import annotations

import builtins
import errno
import io
import mmap
import os
import signal
from collections.abc import Callable
from typing import Any

from tests.reliability.children import Action

CALLS = ("fsync", "fdatasync", "replace", "rename", "link", "unlink", "remove", "mkdir", "truncate", "ftruncate")
GROWING = ("open", "write", "half of a write", "mkdir", "link")  # calls that always fail when the disk is full
FAILING = (*GROWING, "fsync", "replace")  # calls that can be the first to fail on a full disk
MAX_NEW_WRITES = 3  # later writes to the same file are not new moments, because they leave it in a similar state

Act = Callable[[int, str, bool], None]


class Count:
    """A number that a process and its forked children share."""

    def __init__(self) -> None:
        self._memory = mmap.mmap(-1, 8)

    @property
    def value(self) -> int:
        """The current count."""
        return int.from_bytes(self._memory[:8], "little")

    @value.setter
    def value(self, number: int) -> None:
        self._memory[:8] = number.to_bytes(8, "little")


class Moments:
    """Count moments and act on them.

    Args:
        act: called at every moment with its number, counted from 1, the name of the call that follows, and whether the
            moment is new. Writes to a file after its first MAX_NEW_WRITES are not new, and not counted.
        count: the number of new moments so far.
    """

    def __init__(self, act: Act, count: Count) -> None:
        self._act, self._count = act, count

    def reach(self, what: str, *, new: bool = True) -> None:
        """Count a moment, and act on it; `what` names the call that follows."""
        self._count.value += new
        self._act(self._count.value, what, new)


class _Watched(io.FileIO):
    """A file whose writes are moments."""

    moments: Moments
    writes = 0
    failed: OSError | None = None

    def write(self, data: Any) -> int:
        """Write the first half of the data and then the second half; only the first half if the disk is full."""
        if self.failed:
            error, self.failed = self.failed, None
            raise error
        view = memoryview(data).cast("B")
        self.writes += 1
        self.moments.reach("write", new=self.writes <= MAX_NEW_WRITES)
        done = super().write(view[: len(view) // 2]) or 0
        try:
            self.moments.reach("half of a write", new=self.writes <= MAX_NEW_WRITES)
        except OSError as error:
            self.failed = error
            return done
        return done + (super().write(view[done:]) or 0)

    def truncate(self, size: int | None = None) -> int:
        """Truncate the file."""
        self.moments.reach("truncate")
        return super().truncate(size)


def watch(moments: Moments) -> None:
    """Replace open and functions of os in this process, so that they report moments."""
    for name in CALLS:
        if hasattr(os, name):
            setattr(os, name, _before(getattr(os, name), name, moments))
    opened, plain = os.open, io.open

    def open_descriptor(path: Any, flags: int, *args: Any, **keys: Any) -> int:
        if flags & os.O_CREAT:
            moments.reach("open")
        return opened(path, flags, *args, **keys)

    def open_file(file: Any, mode: str = "r", *args: Any, **keys: Any) -> Any:
        if not set(mode) & set("wax+"):
            return plain(file, mode, *args, **keys)
        if not isinstance(file, int):
            moments.reach("open")
        return _open_watched(moments, file, mode, *args, **keys)

    os.open = open_descriptor  # type: ignore[assignment]
    io.open = builtins.open = open_file  # type: ignore[assignment]


def _before(call: Callable[..., Any], name: str, moments: Moments) -> Callable[..., Any]:
    def called(*args: Any, **keys: Any) -> Any:
        if name != "mkdir" or not os.path.exists(args[0]):
            moments.reach(name)
        return call(*args, **keys)

    return called


def _open_watched(
    moments: Moments,
    file: Any,
    mode: str,
    buffering: int = -1,
    encoding: str | None = None,
    errors: str | None = None,
    newline: str | None = None,
    closefd: bool = True,
    opener: Any = None,
) -> Any:
    raw = _Watched(file, mode.replace("b", "").replace("t", ""), closefd, opener)
    raw.moments = moments
    if buffering == 0:
        return raw
    buffered = io.BufferedRandom(raw) if "+" in mode else io.BufferedWriter(raw)
    return buffered if "b" in mode else io.TextIOWrapper(buffered, encoding, errors, newline)


def counted(action: Action, count: Count) -> Action:
    """Wrap an action so that its moments are counted."""
    return _acting(action, lambda number, what, new: None, count)


def killed_at(action: Action, number: int) -> Action:
    """Wrap an action so that its process is killed at moment `number`."""

    def act(reached: int, what: str, new: bool) -> None:
        if new and reached == number:
            os.write(2, f"killed before {what}\n".encode())
            os.kill(os.getpid(), signal.SIGKILL)

    return _acting(action, act)


def disk_full_at(action: Action, number: int, *, for_good: bool) -> Action:
    """Wrap an action so that the disk is full at moment `number`.

    Args:
        action: the function that the process runs.
        number: the number of the moment. If a full disk does not affect the call that follows, a later call fails.
        for_good: whether the disk stays full, so that no file can be created or grow.
    """
    waiting = True

    def act(reached: int, what: str, new: bool) -> None:
        nonlocal waiting
        if reached >= number and ((waiting and new and what in FAILING) or (for_good and what in GROWING)):
            waiting = False
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    return _acting(action, act)


def _acting(action: Action, act: Act, count: Count | None = None) -> Action:
    def acting() -> object:
        watch(Moments(act, count or Count()))
        return action()

    return acting
