"""When a compiled step is worth the import of numba."""

from __future__ import annotations

import sys
from collections.abc import Callable

from nncli.core.compiling import compiled_module, compiles

IMPORT = 0.5  # seconds that it takes to import numba and what it has compiled before
CALL, NUMBER = 15e-6, 2e-9  # seconds that a step of NumPy takes about, and for every number


class Patience:
    """Gives the compiled step of Adam once NumPy's have taken as long as the import of numba would.

    So adam holds up no short training, and a long one never takes twice the time of the best choice. The results do
    not show it, since both have the same bits.
    """

    def __init__(self) -> None:
        self.spent = 0.0  # seconds, about
        self._found: Callable[..., None] | None = None

    def step(self, numbers: int) -> Callable[..., None] | None:
        """The compiled step, for so many numbers; None for NumPy's."""
        if self._found is None and compiles():
            self.spent += CALL + NUMBER * numbers
            if self.spent >= IMPORT or "numba" in sys.modules:
                module = compiled_module("nncli.optim.compiled.adam")
                self._found = None if module is None else module.step
        return self._found if compiles() else None


patience = Patience()  # of this process
