"""The loop of every side: do one turn of work for every input line, and answer with its time."""

from __future__ import annotations

import json
import resource
import sys
import time
from collections.abc import Callable
from typing import Any


def serve(turn: Callable[[], float | None], *, whose: int = resource.RUSAGE_SELF, **about: Any) -> None:
    """Do one turn for every line of standard input and answer with its seconds; answer `end` with the peak memory.

    Args:
        turn: function that does the work; it may measure and return the seconds itself.
        whose: the process whose peak memory is measured: RUSAGE_SELF or RUSAGE_CHILDREN.
        about: facts about this side, such as its version.
    """
    turn()  # warm-up
    _say(about)
    for line in sys.stdin:
        if line.strip() == "end":
            unit = 1 if sys.platform == "darwin" else 1024  # bytes per unit of ru_maxrss
            _say({"peak_bytes": resource.getrusage(whose).ru_maxrss * unit})
            break
        begun = time.perf_counter()
        seconds = turn()
        _say({"seconds": time.perf_counter() - begun if seconds is None else seconds})


def _say(values: dict[str, Any]) -> None:
    sys.stdout.write(json.dumps(values) + "\n")
    sys.stdout.flush()
