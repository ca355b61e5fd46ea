"""Test Adam against steps computed by hand."""

from __future__ import annotations

import numpy as np
import pytest

from nncli.optim import Adam
from nncli.optim.driver import Driver


def driven(start, gradients, rate=0.1, **fields):
    """Return (the parameter after every step, the driver)."""
    parameters = np.array([start])
    driver, path = Driver(Adam(**fields), parameters), []
    for gradient in gradients:
        driver.step(np.array([gradient]), rate)
        path.append(float(parameters[0]))
    return path, driver


def test_two_steps_by_hand():
    # beta1 = 0.9, beta2 = 0.999, rate = 0.1, negligible epsilon; p = 1
    #
    # t = 1, g = 2:   m = 0.1 * 2 = 0.2                    mhat = 0.2 / (1 - 0.9) = 2
    #                 v = 0.001 * 4 = 0.004                vhat = 0.004 / (1 - 0.999) = 4
    #                 p = 1 - 0.1 * 2 / sqrt(4) = 0.9
    # t = 2, g = -1:  m = 0.9 * 0.2 - 0.1 * 1 = 0.08       mhat = 0.08 / (1 - 0.81) = 8 / 19
    #                 v = 0.999 * 0.004 + 0.001 = 0.004996 vhat = 0.004996 / (1 - 0.998001) = 4.996 / 1.999
    #                 p = 0.9 - 0.1 * 0.42105263 / sqrt(2.49924962) = 0.9 - 0.02663371 = 0.87336629
    path, driver = driven(1.0, (2.0, -1.0), epsilon=1e-15)
    assert path == pytest.approx([0.9, 0.9 - 0.1 * (8 / 19) / (4.996 / 1.999) ** 0.5], rel=1e-12)
    assert path[1] == pytest.approx(0.87336629, abs=1e-8)
    assert driver.steps == 2


def test_stored_moments_are_not_bias_corrected():
    _, driver = driven(1.0, (2.0, -1.0))
    assert driver.state["mean"] == pytest.approx([0.08], rel=1e-12)  # not 8 / 19
    assert driver.state["square"] == pytest.approx([0.004996], rel=1e-12)  # not 4.996 / 1.999


def test_epsilon_is_outside_the_root():
    # mhat = 2, sqrt(vhat) = 2: the step is 0.1 * 2 / (2 + 1), not 0.1 * 2 / sqrt(4 + 1)
    path, _ = driven(0.0, (2.0,), epsilon=1.0)
    assert path == pytest.approx([-0.2 / 3], rel=1e-12)


def test_the_bias_correction_depends_on_the_step_number():
    # with a constant gradient, mhat = g and vhat = g^2 at every step, so each step has the size of the rate
    path, _ = driven(0.0, [3.0] * 50, epsilon=1e-15)
    assert path == pytest.approx([-0.1 * step for step in range(1, 51)], rel=1e-9)


def test_a_resumed_driver_continues_the_bias_correction():
    path, driver = driven(0.0, [3.0, -1.0, 2.0])
    parameters = np.array([path[1]])
    resumed = Driver(Adam(), parameters)
    _, stopped = driven(0.0, [3.0, -1.0])
    resumed.state["mean"][:], resumed.state["square"][:] = stopped.state["mean"], stopped.state["square"]
    resumed.steps = stopped.steps
    resumed.step(np.array([2.0]), 0.1)
    assert parameters[0] == path[2]
    assert resumed.steps == driver.steps


def test_betas_of_0_give_the_sign_of_the_gradient():
    path, _ = driven(0.0, (5.0, -0.01), beta1=0, beta2=0, epsilon=1e-15)
    assert path == pytest.approx([-0.1, 0], abs=1e-12)


def test_amsgrad_stores_the_maximum_before_bias_correction():
    # beta1 = 0, beta2 = 0.5, rate = 0.1, negligible epsilon
    # t = 1, g = 4:  v = 0.5 * 16 = 8, w = 8           vhat = 8 / (1 - 0.5) = 16     p = 1 - 0.1 * 4 / 4 = 0.9
    # t = 2, g = 1:  v = 4 + 0.5 = 4.5, w = 8          vhat = 8 / (1 - 0.25)         p = 0.9 - 0.1 / sqrt(32 / 3)
    # PyTorch does the same; the maximum of vhat instead of v would still be 16
    path, driver = driven(1.0, (4.0, 1.0), beta1=0, beta2=0.5, epsilon=1e-15, amsgrad=True)
    assert path == pytest.approx([0.9, 0.9 - 0.1 / (32 / 3) ** 0.5], rel=1e-12)
    assert driver.state["square"] == pytest.approx([4.5], rel=1e-12)
    assert driver.state["largest_square"] == pytest.approx([8], rel=1e-12)


def test_defaults_match_the_paper():
    assert Adam() == Adam(learning_rate=1e-3, beta1=0.9, beta2=0.999, epsilon=1e-8, amsgrad=False)
