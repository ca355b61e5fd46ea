"""When a compiled step is worth the import of numba."""

from __future__ import annotations

import sys
from collections.abc import Callable

from nncli.core.compiling import compiles

IMPORT = 0.5  # seconds that it takes to import numba
CALL, NUMBER = 15e-6, 2e-9  # seconds that a step of NumPy takes about, and for every number


class Patience:
    """Gives the compiled step of Adam once NumPy's have taken as long as the import of numba would.

    So a short training is not held up, and a long one never takes twice the time of the best choice. The results do
    not show it, since both have the same bits.
    """

    def __init__(self) -> None:
        self.spent = 0.0  # seconds, about
        self._found: Callable[..., None] | None = None

    def step(self, numbers: int) -> Callable[..., None] | None:
        """The compiled step, for so many numbers; None for NumPy's."""
        if not compiles():
            return None
        if self._found is None:
            self.spent += CALL + NUMBER * numbers
            if self.spent >= IMPORT or "numba" in sys.modules:
                self._found = _imported()
        return self._found


def _imported() -> Callable[..., None] | None:
    try:
        from nncli.optim.compiled import adam
    except ImportError:  # numba refuses versions of NumPy that it does not know with this too
        return None
    step: Callable[..., None] = adam.step
    return step


patience = Patience()  # of this process
