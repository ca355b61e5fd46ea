"""Stop a run on SIGINT, SIGTERM or SIGHUP: after the current step on the first signal, immediately on the second.

The exit code of a stopped run is 128 + the number of the signal: 130, 143 or 129 (`StoppedError`).
"""

from __future__ import annotations

import signal
import threading
from types import FrameType
from typing import Any

SIGNALS = tuple(
    getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name)
)  # Windows has no SIGHUP


class StopSignals:
    """A context manager that records the first signal and leaves the second signal to the previous handler.

    Attributes:
        received: number of the first signal, or None.
    """

    def __init__(self) -> None:
        self.received: int | None = None
        self._handlers_before: dict[int, Any] = {}

    def __enter__(self) -> StopSignals:
        if threading.current_thread() is threading.main_thread():  # Python allows signal handlers only in this thread
            for number in SIGNALS:
                before = signal.getsignal(number)
                hangup = number not in (signal.SIGINT, signal.SIGTERM)
                if before is not None and not (hangup and before == signal.SIG_IGN):  # nohup ignores SIGHUP
                    self._handlers_before[number] = signal.signal(number, self._record)
        return self

    def __exit__(self, *_: object) -> None:
        self._restore_handlers()

    def _record(self, number: int, frame: FrameType | None) -> None:
        self.received = number
        self._restore_handlers()

    def _restore_handlers(self) -> None:
        for number, handler in self._handlers_before.items():
            signal.signal(number, handler)
