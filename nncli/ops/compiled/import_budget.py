"""Decide when Adam imports numba."""

from __future__ import annotations

from nncli.ops.compiled.loading import numba_is_imported

IMPORT_SECONDS = 0.5  # time to import numba and a cached kernel
CALL_SECONDS, ELEMENT_SECONDS = 15e-6, 2e-9  # approximate time of an Adam step in NumPy, per call and per element


class ImportBudget:
    """Allow the import of numba once the Adam steps in NumPy have taken as long as the import would.

    Thus the import does not delay a short training run, and the Adam steps of any run, including the import, take at
    most about twice as long as with the better of two fixed choices: to import numba at once, or never. Both
    implementations return the same bits.
    """

    def __init__(self) -> None:
        self.spent_seconds = 0.0  # estimated time of all Adam steps so far

    def allows_import(self, elements: int) -> bool:
        """Count one more step over this many elements, and return whether numba may be imported now."""
        self.spent_seconds += CALL_SECONDS + ELEMENT_SECONDS * elements
        return self.spent_seconds >= IMPORT_SECONDS or numba_is_imported()
