"""Machine code by numba, where it is installed, for what takes NumPy several passes over the data."""

from __future__ import annotations

import os
from collections.abc import Callable
from functools import cache
from importlib.util import find_spec
from typing import Any

SWITCH = "NNCLI_COMPILED"  # in the environment; 0 turns it off


@cache
def compiles() -> bool:
    """Whether numba is installed, and the environment variable NNCLI_COMPILED is not 0; without importing it."""
    return os.environ.get(SWITCH) != "0" and find_spec("numba") is not None


def compiler() -> str:
    """What compiles, as "numba 0.68.1", without importing it; "none" where nothing does."""
    from importlib.metadata import PackageNotFoundError, version  # here, for a quick start

    try:
        return f"numba {version('numba')}" if compiles() else "none"
    except PackageNotFoundError:
        return "none"


def compiled(function: Callable[..., Any]) -> Any:
    """The function in machine code, which runs without Python's lock and rounds as NumPy does.

    It is compiled when it is first called, and kept on disk for other processes, unless there is no place for it.
    """
    from numba import njit  # here, since the import takes about half a second

    options = {"nogil": True, "error_model": "numpy"}
    try:
        return njit(cache=True, **options)(function)
    except RuntimeError:  # neither the package's directory nor the user's can be written
        return njit(**options)(function)
