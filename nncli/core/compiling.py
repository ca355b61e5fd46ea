"""Machine code by numba, where it is installed, for what takes NumPy several passes over the data."""

from __future__ import annotations

import os
import warnings
from collections.abc import Callable
from functools import cache
from importlib import import_module
from importlib.util import find_spec
from types import ModuleType
from typing import Any

SWITCH = "NNCLI_COMPILED"  # in the environment; 0 turns it off
OFF = ("0", "false", "no", "off")
OPTIONS = {"nogil": True, "error_model": "numpy"}  # without Python's lock, and rounded as NumPy does


@cache
def compiles() -> bool:
    """Whether numba is installed, and the environment variable NNCLI_COMPILED is not 0; without importing it."""
    return os.environ.get(SWITCH, "1").lower() not in OFF and find_spec("numba") is not None


@cache
def compiled_module(name: str) -> ModuleType | None:
    """A module of compiled functions, imported when it is first asked for, which takes about half a second.

    None where `compiles` says no, and with a warning where numba does not work, such as with a NumPy that is too new.
    """
    if not compiles():
        return None
    try:
        from numba import config

        return None if config.DISABLE_JIT else import_module(name)
    except Exception as error:  # whatever is broken there: without numba all is computed as well
        reason = f"{type(error).__name__}: {error}"
        warnings.warn(f"numba does not work here ({reason}), so NumPy computes alone", RuntimeWarning, stacklevel=2)
        return None


def compiler(name: str) -> str:
    """What compiles a module of functions, as "numba 0.68.1"; "none" where it is not compiled."""
    if compiled_module(name) is None:
        return "none"
    from numba import __version__

    return f"numba {__version__}"


def compiled(function: Callable[..., Any]) -> Callable[..., Any]:
    """The function in machine code.

    It is compiled when it is first called with such arguments, and kept on disk for other processes. Where there is no
    place for it, or what lies there is damaged, it is compiled for this process alone.
    """
    from numba import njit  # here, since the import takes about half a second

    alone: Callable[..., Any] = njit(**OPTIONS)(function)
    try:
        kept: Callable[..., Any] = njit(cache=True, **OPTIONS)(function)
    except RuntimeError:  # neither the package's directory nor the user's can be written
        return alone
    chosen = [kept]

    def call(*arguments: Any) -> Any:
        try:
            return chosen[0](*arguments)
        except Exception:  # before anything is changed: the functions raise nothing but for want of memory, at first
            if chosen[0] is alone:
                raise
            chosen[0] = alone
            return alone(*arguments)

    return call
