"""Find the line of a user's own code at which an error was raised."""

from __future__ import annotations

import os
import sys
from types import TracebackType


def place_in(traceback: TracebackType | None, modules: set[str]) -> str:
    """FILE:LINE of the innermost traceback entry that belongs to one of the modules; empty where there is none."""
    files = {os.path.abspath(getattr(sys.modules.get(module), "__file__", None) or "") for module in modules}
    place = ""
    while traceback is not None:
        file = traceback.tb_frame.f_code.co_filename
        if os.path.abspath(file) in files:
            place = f"{file}:{traceback.tb_lineno}: "
        traceback = traceback.tb_next
    return place
