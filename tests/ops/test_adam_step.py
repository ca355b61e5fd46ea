"""Test that NumPy and compiled Adam steps give the same bits, and that numba is imported only if it saves time."""

from __future__ import annotations

import numpy as np
import pytest

from nncli.ops.compiled.import_budget import IMPORT_SECONDS
from nncli.ops.compiled.loading import numba_is_enabled
from nncli.ops.numba_ops import NumbaOps
from nncli.ops.numpy_ops import NumpyOps
from nncli.optim import Adam, AdamW
from nncli.optim import adam as adam_module
from nncli.optim.driver import Driver

needs_numba = pytest.mark.skipif(not numba_is_enabled(), reason="numba is not installed, or NNCLI_COMPILED is 0")


def eager_ops():
    """Return compiled operations whose Adam step may import numba at once."""
    ops = NumbaOps()
    ops._adam_budget.spent_seconds = IMPORT_SECONDS
    return ops


def trained(rule, dtype, ops, monkeypatch):
    """Return (parameters, mean, square) after some steps."""
    monkeypatch.setattr(adam_module, "current_ops", lambda: ops)
    random = np.random.default_rng(0)
    parameters = random.normal(size=1001).astype(dtype)
    driver = Driver(rule, parameters, 700)
    for scale in (1, 1e-3, 0, 1e4):
        driver.step((scale * random.normal(size=1001)).astype(dtype), 0.1)
    return parameters, *driver.state.values()


@needs_numba
@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("rule", [Adam(), Adam(beta1=0.0, beta2=0.5, epsilon=1e-3), AdamW(), Adam(amsgrad=True)])
def test_numpy_and_compiled_adam_have_the_same_bits(rule, dtype, monkeypatch):
    ops = eager_ops()
    found = trained(rule, dtype, ops, monkeypatch)
    expected = trained(rule, dtype, NumpyOps(), monkeypatch)
    for one, other in zip(found, expected, strict=True):
        np.testing.assert_array_equal(one, other)
    assert (ops._adam_kernel is None) == rule.amsgrad  # AMSGrad is not compiled


def test_adam_uses_the_direction_of_a_subclass():
    class Still(Adam):
        def direction(self, g, state, step, rate, u):
            u.fill(0)

    parameters = np.ones(3)
    Driver(Still(), parameters).step(np.ones(3), 0.1)
    np.testing.assert_array_equal(parameters, 1)


@needs_numba
def test_adam_uses_the_state_of_a_subclass(monkeypatch):
    class Counting(Adam):
        def state_names(self):
            return (*super().state_names(), "count")

    ops = eager_ops()
    monkeypatch.setattr(adam_module, "current_ops", lambda: ops)
    parameters, same = np.ones(3), np.ones(3)
    driver = Driver(Counting(), parameters)
    for one in (driver, Driver(Adam(), same)):
        one.step(np.ones(3), 0.1)
    np.testing.assert_array_equal(parameters, same)
    assert not driver.state["count"].any()


@needs_numba
def test_numpy_computes_adam_until_importing_numba_saves_time(monkeypatch):
    monkeypatch.setattr("nncli.ops.compiled.import_budget.numba_is_imported", lambda: False)
    ops, vectors = NumbaOps(), [np.ones(3) for _ in range(5)]
    p, g, m, v, scratch = vectors
    for spent, compiled in ((0.0, False), (IMPORT_SECONDS, True)):
        ops._adam_budget.spent_seconds = spent
        ops.adam_step(p, g, m, v, 0.9, 0.99, 1e-8, 0.1, scratch)
        assert (ops._adam_kernel is not None) == compiled
