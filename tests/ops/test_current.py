"""Test the choice between NumPy and compiled operations."""

from __future__ import annotations

import pytest

from nncli.ops import current_ops
from nncli.ops.compiled.loading import numba_is_enabled
from nncli.ops.numba_ops import NumbaOps
from nncli.ops.numpy_ops import NumpyOps


def test_operations_are_chosen_once(without_numba):
    assert current_ops() is current_ops()
    without_numba()
    assert type(current_ops()) is NumpyOps


@pytest.mark.skipif(not numba_is_enabled(), reason="numba is not installed, or NNCLI_COMPILED is 0")
def test_numba_is_chosen_if_it_is_installed():
    assert type(current_ops()) is NumbaOps
