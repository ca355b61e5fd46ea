"""What is compiled, imported when it is first asked for, which takes about half a second.

There is nothing where numba is not installed, where it does not go with this NumPy, and where the environment variable
NNCLI_COMPILED is 0.
"""

from __future__ import annotations

import sys
from functools import cache
from importlib import import_module
from types import ModuleType

from nncli.core.compiling import compiles


def compiled_convolution() -> ModuleType | None:
    """The compiled form of a convolution, or None."""
    return _imported("convolution") if compiles() else None


def compiled_passes() -> ModuleType | None:
    """The compiled forms of what works entry by entry, or None. What is small is not worth their call."""
    return _imported("passes") if compiles() else None


def passes_at_hand() -> ModuleType | None:
    """The same where numba is imported already: for passes with NumPy's bits, which are not worth the import."""
    return compiled_passes() if "numba" in sys.modules else None


@cache
def _imported(name: str) -> ModuleType | None:
    try:
        return import_module(f"nncli.nn.compiled.{name}")
    except ImportError:  # numba refuses versions of NumPy that it does not know with this too
        return None
