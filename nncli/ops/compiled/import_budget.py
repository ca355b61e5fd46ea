"""When the import of numba pays."""

from __future__ import annotations

from nncli.ops.compiled.loading import numba_is_imported

IMPORT_SECONDS = 0.5  # to import numba and a cached kernel
CALL_SECONDS, ELEMENT_SECONDS = 15e-6, 2e-9  # of an Adam step in NumPy, and of every element in it, about


class ImportBudget:
    """Allow the import of numba once the Adam steps of NumPy have taken as long as it would.

    So the import holds up no short training, and a long training takes at most twice the time of the better choice.
    Results do not show which one ran: both have the same bits.
    """

    def __init__(self) -> None:
        self.spent_seconds = 0.0  # estimated

    def allows_import(self, elements: int) -> bool:
        """Count one more step over so many elements, and return whether the import pays now."""
        self.spent_seconds += CALL_SECONDS + ELEMENT_SECONDS * elements
        return self.spent_seconds >= IMPORT_SECONDS or numba_is_imported()
