"""A second Ctrl-C ends the process soon, even where a step takes long."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from nncli.cli.run_display import RunDisplay

PATIENCE = 0.5  # seconds that a second signal leaves for ending in order
SHOW_CURSOR = "\x1b[?25h"


@contextmanager
def heeded(display: RunDisplay) -> Iterator[None]:
    """Says that the first signal was heard, and lets no step keep the process from ending at the second one.

    Python itself looks for signals between two steps of its own only, and a product of large arrays is one. The
    system writes every signal to a pipe at once, which a thread reads.
    """
    if threading.current_thread() is not threading.main_thread() or os.name == "nt":  # which has other pipes
        yield
        return
    reader, writer = os.pipe()
    os.set_blocking(writer, False)
    before = signal.set_wakeup_fd(writer, warn_on_full_buffer=False)
    watcher = threading.Thread(target=_watch, args=(reader, display), daemon=True)
    watcher.start()
    try:
        yield
    finally:
        signal.set_wakeup_fd(before)
        os.close(writer)  # which ends the thread
        watcher.join()
        os.close(reader)


def _watch(reader: int, display: RunDisplay) -> None:
    count = 0
    while numbers := os.read(reader, 64):
        for number in numbers:
            if number not in (signal.SIGINT, signal.SIGTERM):
                continue
            count += 1
            if count == 1:
                display.stopping()
            elif count == 2:
                ending = threading.Timer(PATIENCE, _end, (number,))
                ending.daemon = True
                ending.start()


def _end(number: int) -> None:
    if os.isatty(2):
        os.write(2, SHOW_CURSOR.encode())
    os._exit(128 + number)
