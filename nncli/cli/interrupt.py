"""Quit at a second Ctrl-C, even if the current step takes long."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from nncli.cli.run_display import RunDisplay

GRACE_SECONDS = 0.5  # time from the second signal to the end of the process
SHOW_CURSOR = "\x1b[?25h"


@contextmanager
def quit_on_second_interrupt(display: RunDisplay) -> Iterator[None]:
    """Show a message at the first SIGINT or SIGTERM, and end the process at the second one, even during a long step.

    Python handles signals only between bytecode instructions, and a product of large arrays is a single instruction.
    Therefore each signal is also written to a pipe, which a thread reads.
    """
    if threading.current_thread() is not threading.main_thread() or os.name == "nt":  # Windows needs a socket
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
        os.close(writer)  # ends the thread
        watcher.join()
        os.close(reader)


def _watch(reader: int, display: RunDisplay) -> None:
    """Read signal numbers from a pipe until it is closed."""
    count = 0
    while numbers := os.read(reader, 64):
        for number in numbers:
            if number not in (signal.SIGINT, signal.SIGTERM):
                continue
            count += 1
            if count == 1:
                display.stopping()
            elif count == 2:
                ending = threading.Timer(GRACE_SECONDS, _end, (number,))
                ending.daemon = True
                ending.start()


def _end(number: int) -> None:
    """End the process with the exit code of a signal."""
    if os.isatty(2):
        os.write(2, SHOW_CURSOR.encode())
    os._exit(128 + number)
