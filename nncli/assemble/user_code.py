"""Find the line of user code at which an error was raised."""

from __future__ import annotations

import os
import sys
from types import TracebackType


def error_location(traceback: TracebackType | None, modules: set[str]) -> str:
    """Return "FILE:LINE: " of the innermost traceback entry in one of these modules; "" if there is none.

    Args:
        traceback: traceback of the error.
        modules: names of the modules with user code.
    """
    files = {os.path.abspath(getattr(sys.modules.get(module), "__file__", None) or "") for module in modules}
    place = ""
    while traceback is not None:
        file = traceback.tb_frame.f_code.co_filename
        if os.path.abspath(file) in files:
            place = f"{file}:{traceback.tb_lineno}: "
        traceback = traceback.tb_next
    return place
