"""The compiled step of Adam: NumPy's bits, and only where it pays."""

from __future__ import annotations

import sys

import numpy as np
import pytest

from nncli.core.compiling import compiles
from nncli.optim import Adam, AdamW
from nncli.optim import adam as adam_module
from nncli.optim.compiled.available import IMPORT, Patience
from nncli.optim.driver import Driver

needs_numba = pytest.mark.skipif(not compiles(), reason="numba is not installed, or NNCLI_COMPILED is 0")


def trained(rule, dtype, patience, monkeypatch):
    """(parameters, mean, square) after some steps."""
    monkeypatch.setattr(adam_module, "patience", patience)
    random = np.random.default_rng(0)
    parameters = random.normal(size=1001).astype(dtype)
    driver = Driver(rule, parameters, 700)
    for scale in (1, 1e-3, 0, 1e4):
        driver.step((scale * random.normal(size=1001)).astype(dtype), 0.1)
    return parameters, *driver.state.values()


@needs_numba
@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("rule", [Adam(), Adam(beta1=0.0, beta2=0.5, epsilon=1e-3), AdamW(), Adam(amsgrad=True)])
def test_both_have_the_same_bits(rule, dtype, monkeypatch, without_numba):
    eager = Patience()
    eager.spent = IMPORT
    found = trained(rule, dtype, eager, monkeypatch)
    without_numba()
    expected = trained(rule, dtype, Patience(), monkeypatch)
    for one, other in zip(found, expected, strict=True):
        np.testing.assert_array_equal(one, other)
    assert (eager._found is None) == rule.amsgrad  # which is not compiled


def test_a_direction_of_a_subclass_is_taken():
    class Still(Adam):
        def direction(self, g, state, step, rate, u):
            u.fill(0)

    parameters = np.ones(3)
    Driver(Still(), parameters).step(np.ones(3), 0.1)
    np.testing.assert_array_equal(parameters, 1)


@needs_numba
def test_a_state_of_a_subclass_is_kept(monkeypatch):
    class Counting(Adam):
        def state_names(self):
            return (*super().state_names(), "count")

    eager = Patience()
    eager.spent = IMPORT
    monkeypatch.setattr(adam_module, "patience", eager)
    parameters, same = np.ones(3), np.ones(3)
    driver = Driver(Counting(), parameters)
    for one in (driver, Driver(Adam(), same)):
        one.step(np.ones(3), 0.1)
    np.testing.assert_array_equal(parameters, same)
    assert not driver.state["count"].any()


@needs_numba
def test_numba_is_imported_once_numpy_has_taken_as_long(monkeypatch):
    monkeypatch.setattr(sys, "modules", {name: module for name, module in sys.modules.items() if name != "numba"})
    patience = Patience()
    assert patience.step(10**8) is None  # 0.2 s
    assert patience.step(10**8) is None
    monkeypatch.undo()
    assert patience.step(1) is not None


@needs_numba
def test_where_numba_is_imported_already_it_is_used_at_once():
    import numba

    assert numba.__name__ in sys.modules
    assert Patience().step(1) is not None


def test_without_numba_it_is_numpy(without_numba):
    without_numba()
    patience = Patience()
    assert patience.step(10**12) is None
