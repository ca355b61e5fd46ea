"""Loading of compiled kernels, where numba is installed and works."""

from __future__ import annotations

import os
import sys
import warnings
from functools import cache
from importlib import import_module
from importlib.util import find_spec
from types import ModuleType

SWITCH = "NNCLI_COMPILED"  # environment variable; 0 turns numba off
OFF = ("0", "false", "no", "off")


@cache
def numba_is_enabled() -> bool:
    """Whether numba is installed and NNCLI_COMPILED does not turn it off; does not import it."""
    return os.environ.get(SWITCH, "1").lower() not in OFF and find_spec("numba") is not None


def numba_is_imported() -> bool:
    """Whether numba has been imported already, so that compiled kernels cost no import."""
    return "numba" in sys.modules


@cache
def load_compiled(name: str) -> ModuleType | None:
    """Import a module of compiled kernels, which takes about half a second the first time.

    Returns:
        The module `nncli.ops.compiled.NAME`; None where numba is not enabled, and, with a warning, where it does not
        work, for example with a version of NumPy that it does not know.
    """
    if not numba_is_enabled():
        return None
    try:
        from numba import config

        return None if config.DISABLE_JIT else import_module(f"nncli.ops.compiled.{name}")
    except Exception as error:  # whatever is broken: NumPy computes everything as well
        reason = f"{type(error).__name__}: {error}"
        warnings.warn(f"numba does not work here ({reason}), so NumPy computes alone", RuntimeWarning, stacklevel=2)
        return None


def numba_version() -> str:
    """The name and version of numba, such as "numba 0.68.1"; imports it."""
    from numba import __version__

    return f"numba {__version__}"
