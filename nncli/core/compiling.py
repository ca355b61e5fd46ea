"""Compile functions with numba, if it is installed: one loop instead of several NumPy passes over the data."""

from __future__ import annotations

import os
import warnings
from collections.abc import Callable
from functools import cache
from importlib import import_module
from importlib.util import find_spec
from types import ModuleType
from typing import Any

SWITCH = "NNCLI_COMPILED"  # environment variable; 0 turns compilation off
OFF = ("0", "false", "no", "off")
OPTIONS = {"nogil": True, "error_model": "numpy"}  # release the GIL; divide by zero as NumPy does


@cache
def compiles() -> bool:
    """Return whether numba is installed and NNCLI_COMPILED is not 0, without importing numba."""
    return os.environ.get(SWITCH, "1").lower() not in OFF and find_spec("numba") is not None


@cache
def compiled_module(name: str) -> ModuleType | None:
    """Return a module of compiled functions; its first import takes about half a second.

    Return None if `compiles()` is false. If numba does not work, such as with a NumPy that is too new, warn and return
    None.
    """
    if not compiles():
        return None
    try:
        from numba import config

        return None if config.DISABLE_JIT else import_module(name)
    except Exception as error:  # a broken numba may raise anything; NumPy computes the same without it
        reason = f"{type(error).__name__}: {error}"
        warnings.warn(f"numba does not work here ({reason}), so NumPy computes alone", RuntimeWarning, stacklevel=2)
        return None


def compiler(name: str) -> str:
    """Return the compiler of a module of functions, such as "numba 0.68.1"; "none" if it is not compiled."""
    if compiled_module(name) is None:
        return "none"
    from numba import __version__

    return f"numba {__version__}"


def compiled(function: Callable[..., Any]) -> Callable[..., Any]:
    """Decorate a function so that numba compiles it.

    It is compiled at its first call with arguments of each type, and the machine code is cached on disk for other
    processes. If the cache cannot be written or is damaged, it is compiled for this process only.
    """
    from numba import njit  # here, since the import takes about half a second

    uncached: Callable[..., Any] = njit(**OPTIONS)(function)
    try:
        cached: Callable[..., Any] = njit(cache=True, **OPTIONS)(function)
    except RuntimeError:  # neither the package's directory nor the user's can be written
        return uncached
    chosen = [cached]

    def call(*arguments: Any) -> Any:
        try:
            return chosen[0](*arguments)
        except Exception:  # from the cache, before any array is changed: the functions themselves raise nothing
            if chosen[0] is uncached:
                raise
            chosen[0] = uncached
            return uncached(*arguments)

    return call
