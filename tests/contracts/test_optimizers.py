"""The contract of all optimizers in the table."""

from __future__ import annotations

import numpy as np
import pytest

from nncli.optim import driver as driver_module
from nncli.optim.driver import Driver
from tests.contracts.table import OPTIMIZER_ROWS, name_of
from tests.contracts.values import made

CASES = [case for cases in OPTIMIZER_ROWS.values() for case in cases]
over_all = pytest.mark.parametrize("case", CASES, ids=name_of)
SIZE = 23
GRADIENTS = np.random.default_rng(6).standard_normal((8, SIZE))
START = np.random.default_rng(7).standard_normal(SIZE)


def after(case, gradients=GRADIENTS, dtype=np.float64, decayed=None):
    """Return (parameters, driver) after one step per gradient."""
    rule, parameters = made(case), START.astype(dtype)
    driver = Driver(rule, parameters, decayed)
    for gradient in gradients:
        driver.step(gradient.astype(dtype), rule.learning_rate)
    return parameters, driver


@over_all
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_parameters_and_state_keep_shape_and_dtype(case, dtype):
    parameters, driver = after(case, dtype=dtype)
    assert driver.steps == len(GRADIENTS)
    assert tuple(driver.state) == made(case).state_names()
    for vector in (parameters, *driver.state.values()):
        assert (vector.shape, vector.dtype) == ((SIZE,), dtype)
        assert np.isfinite(vector).all()


@over_all
def test_the_state_starts_at_its_declared_values_and_changes(case):
    state = Driver(made(case), START.copy()).state
    assert set(case.initial) <= set(state)
    for name, vector in state.items():
        np.testing.assert_array_equal(vector, case.initial.get(name, 0))
    for name, vector in after(case)[1].state.items():
        assert (vector != case.initial.get(name, 0)).all()


@over_all
@pytest.mark.parametrize("block", [1, 7, SIZE, 100])
def test_the_block_size_does_not_change_the_results(case, block, monkeypatch):
    whole, whole_driver = after(case, decayed=9)
    monkeypatch.setattr(driver_module, "BLOCK_SIZE", block)
    cut, cut_driver = after(case, decayed=9)
    assert cut.tobytes() == whole.tobytes()
    for name, vector in whole_driver.state.items():
        assert cut_driver.state[name].tobytes() == vector.tobytes()


@over_all
def test_the_gradient_is_not_modified(case):
    gradient = GRADIENTS[0].copy()
    gradient.flags.writeable = False
    parameters = START.copy()
    Driver(made(case), parameters).step(gradient, 0.1)
    np.testing.assert_array_equal(gradient, GRADIENTS[0])
    assert (parameters != START).all()


@over_all
def test_a_quadratic_is_minimized(case):
    curvature, bottom = np.linspace(0.5, 3, SIZE), np.linspace(-1, 1, SIZE)
    rule, parameters = made(case), START.copy()
    driver = Driver(rule, parameters)
    for step in range(1000):  # the rate decreases, because steps of constant size do not converge
        driver.step(curvature * (parameters - bottom), rule.learning_rate * 0.995**step)
    assert np.abs(parameters - bottom).max() < 1e-3


@over_all
def test_the_first_step_descends(case):
    parameters, _ = after(case, GRADIENTS[:1])
    np.testing.assert_array_equal(np.sign(START - parameters), np.sign(GRADIENTS[0]))


@over_all
def test_the_size_of_a_step_is_proportional_to_the_learning_rate(case):
    parameters = START.copy()
    Driver(made(case), parameters).step(GRADIENTS[0], 2 * made(case).learning_rate)
    np.testing.assert_allclose(START - parameters, 2 * (START - after(case, GRADIENTS[:1])[0]), rtol=1e-12)


@over_all
def test_restored_state_continues_with_the_same_bits(case):
    whole, _ = after(case)
    parameters, stopped = after(case, GRADIENTS[:3])
    resumed = Driver(made(case), parameters)
    resumed.steps = stopped.steps
    for name, vector in stopped.state.items():
        resumed.state[name][:] = vector
    for gradient in GRADIENTS[3:]:
        resumed.step(gradient, made(case).learning_rate)
    assert parameters.tobytes() == whole.tobytes()


@over_all
def test_with_zero_gradients_only_decay_changes_the_weights(case):
    parameters, _ = after(case, np.zeros((3, SIZE)), decayed=9)
    expected = START.copy()
    for _ in range(3):
        expected[:9] *= 1 - made(case).learning_rate * case.decay
    np.testing.assert_array_equal(parameters, expected)


@over_all
def test_a_model_without_parameters_can_be_updated(case):
    driver = Driver(made(case), np.empty(0))
    driver.step(np.empty(0), 0.1)
    assert driver.steps == 1
