"""Ctrl-C, SIGTERM and a closed terminal: the first asks the run to stop after its step, the second ends the process."""

from __future__ import annotations

import signal
import threading
from types import FrameType
from typing import Any

SIGNALS = tuple(
    getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name)
)  # Windows has no SIGHUP


class StopSignals:
    """Notes the first of these signals while the context is open; the second has its usual effect."""

    def __init__(self) -> None:
        self.received: int | None = None
        self._before: dict[int, Any] = {}

    def __enter__(self) -> StopSignals:
        if threading.current_thread() is threading.main_thread():
            for number in SIGNALS:
                before = signal.getsignal(number)
                closed = number not in (signal.SIGINT, signal.SIGTERM)
                if before is not None and not (closed and before == signal.SIG_IGN):  # as nohup does
                    self._before[number] = signal.signal(number, self._note)
        return self

    def __exit__(self, *_: object) -> None:
        for number, handler in self._before.items():
            signal.signal(number, handler)

    def _note(self, number: int, frame: FrameType | None) -> None:
        self.received = number
        for other, handler in self._before.items():
            signal.signal(other, handler)
