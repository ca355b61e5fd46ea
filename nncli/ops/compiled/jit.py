"""Compile functions with numba."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

OPTIONS = {"nogil": True, "error_model": "numpy"}  # release the GIL, and divide by zero as NumPy does


def jit(function: Callable[..., Any]) -> Callable[..., Any]:
    """Compile a function when it is first called, and cache the machine code on disk for other processes.

    If the cache cannot be written or is damaged, the function is compiled for this process only.
    """
    from numba import njit  # imported here, since it takes about half a second

    uncached: Callable[..., Any] = njit(**OPTIONS)(function)
    try:
        cached: Callable[..., Any] = njit(cache=True, **OPTIONS)(function)
    except RuntimeError:  # neither the package's directory nor the user's cache is writable
        return uncached
    chosen = [cached]

    def call(*arguments: Any) -> Any:
        try:
            return chosen[0](*arguments)
        except Exception:  # a damaged cache raises before the function runs, so calling it again is safe
            if chosen[0] is uncached:
                raise
            chosen[0] = uncached
            return uncached(*arguments)

    return call
