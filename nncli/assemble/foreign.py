"""Where in a user's own code something went wrong."""

from __future__ import annotations

import os
import sys
from types import TracebackType


def place_in(traceback: TracebackType | None, modules: set[str]) -> str:
    """FILE:LINE of the innermost line of these modules, or nothing."""
    files = {os.path.abspath(getattr(sys.modules.get(module), "__file__", None) or "") for module in modules}
    place = ""
    while traceback is not None:
        file = traceback.tb_frame.f_code.co_filename
        if os.path.abspath(file) in files:
            place = f"{file}:{traceback.tb_lineno}: "
        traceback = traceback.tb_next
    return place
