"""What is compiled, imported when it is first asked for; nothing where there is no numba, as core/compiling.py says."""

from __future__ import annotations

import sys
from types import ModuleType

from nncli.core.compiling import compiled_module

CONVOLUTION, PASSES = "nncli.nn.compiled.convolution", "nncli.nn.compiled.passes"


def compiled_convolution() -> ModuleType | None:
    """The compiled form of a convolution, or None."""
    return compiled_module(CONVOLUTION)


def compiled_passes() -> ModuleType | None:
    """The compiled forms of what works entry by entry, or None. What is small is not worth their call."""
    return compiled_module(PASSES)


def passes_at_hand() -> ModuleType | None:
    """The same where numba is imported already: for passes that are not worth the import.

    They give what NumPy gives, but for the sign of zero, which it gives one way or the other by its version.
    """
    return compiled_passes() if "numba" in sys.modules else None
