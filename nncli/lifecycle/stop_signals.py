"""Signals that stop a run: the first one after the running step, the second one at once."""

from __future__ import annotations

import signal
import threading
from types import FrameType
from typing import Any

SIGNALS = tuple(
    getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name)
)  # Windows has no SIGHUP


class StopSignals:
    """Note the first of these signals while the context is open; the second one has its usual effect.

    Attributes:
        received: the number of the first signal, or None.
    """

    def __init__(self) -> None:
        self.received: int | None = None
        self._handlers_before: dict[int, Any] = {}

    def __enter__(self) -> StopSignals:
        if threading.current_thread() is threading.main_thread():  # Python allows handlers in no other thread
            for number in SIGNALS:
                before = signal.getsignal(number)
                hangup = number not in (signal.SIGINT, signal.SIGTERM)
                if before is not None and not (hangup and before == signal.SIG_IGN):  # ignored under nohup
                    self._handlers_before[number] = signal.signal(number, self._note)
        return self

    def __exit__(self, *_: object) -> None:
        self._restore_handlers()

    def _note(self, number: int, frame: FrameType | None) -> None:
        self.received = number
        self._restore_handlers()

    def _restore_handlers(self) -> None:
        for number, handler in self._handlers_before.items():
            signal.signal(number, handler)
