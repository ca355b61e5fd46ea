"""Load compiled kernels, if numba is installed and works."""

from __future__ import annotations

import os
import sys
import warnings
from functools import cache
from importlib import import_module
from importlib.util import find_spec
from types import ModuleType

SWITCH = "NNCLI_COMPILED"  # environment variable; 0 disables numba
OFF = ("0", "false", "no", "off")


@cache
def numba_is_enabled() -> bool:
    """Return whether numba is installed and not disabled by NNCLI_COMPILED, without importing it."""
    return os.environ.get(SWITCH, "1").lower() not in OFF and find_spec("numba") is not None


def numba_is_imported() -> bool:
    """Return whether numba is already imported, so that compiled kernels are available at once."""
    return "numba" in sys.modules


@cache
def load_compiled(name: str) -> ModuleType | None:
    """Import a module of compiled kernels, which takes about half a second the first time.

    Returns:
        The module `nncli.ops.compiled.NAME`; None if numba is not enabled. Also None, with a warning, if numba does not
        work, for example because it does not support the installed NumPy.
    """
    if not numba_is_enabled():
        return None
    try:
        from numba import config

        return None if config.DISABLE_JIT else import_module(f"nncli.ops.compiled.{name}")
    except Exception as error:  # whatever the error is, NumPy can compute everything
        reason = f"{type(error).__name__}: {error}"
        warnings.warn(f"numba does not work here ({reason}), so NumPy is used", RuntimeWarning, stacklevel=2)
        return None


def numba_version() -> str:
    """Return the name and version of numba, such as "numba 0.68.1"; this imports numba."""
    from numba import __version__

    return f"numba {__version__}"
