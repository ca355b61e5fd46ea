"""Test when Adam imports numba."""

from __future__ import annotations

import sys

import pytest

from nncli.ops.compiled.import_budget import ImportBudget
from nncli.ops.compiled.loading import numba_is_enabled

needs_numba = pytest.mark.skipif(not numba_is_enabled(), reason="numba is not installed, or NNCLI_COMPILED is 0")


def test_numba_is_imported_after_steps_in_numpy_have_taken_as_long_as_the_import(monkeypatch):
    monkeypatch.setattr(sys, "modules", {name: module for name, module in sys.modules.items() if name != "numba"})
    budget = ImportBudget()
    assert not budget.allows_import(10**8)  # elements, which take an estimated 0.2 s
    assert not budget.allows_import(10**8)
    assert budget.allows_import(10**8)
    assert budget.allows_import(1)


@needs_numba
def test_numba_is_used_at_once_if_it_is_imported_already():
    import numba

    assert numba.__name__ in sys.modules
    assert ImportBudget().allows_import(1)
