"""Whether convolutions are compiled."""

from __future__ import annotations

import os
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from types import ModuleType

SWITCH = "NNCLI_COMPILED"  # in the environment; 0 turns it off


def compiled_convolution() -> ModuleType | None:
    """The compiled form, imported when it is first asked for, which takes about half a second.

    None where numba is not installed, where it does not go with this NumPy, and where the environment variable
    NNCLI_COMPILED is 0.
    """
    return None if os.environ.get(SWITCH) == "0" else _imported()


def compiler() -> str:
    """What compiles convolutions, as "numba 0.68.1", without importing it; "none" where nothing does."""
    try:
        return "none" if os.environ.get(SWITCH) == "0" else f"numba {version('numba')}"
    except PackageNotFoundError:
        return "none"


@cache
def _imported() -> ModuleType | None:
    try:
        from nncli.nn.compiled import convolution
    except ImportError:  # numba refuses versions of NumPy that it does not know with this too
        return None
    return convolution
