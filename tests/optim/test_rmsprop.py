"""Test RMSprop against steps computed by hand."""

from __future__ import annotations

import numpy as np
import pytest

from nncli.core.builder import build
from nncli.core.errors import ConfigError
from nncli.core.registry import OPTIMIZERS
from nncli.optim import RMSprop
from nncli.optim.driver import Driver


def driven(gradients, rate=0.1, dtype=np.float64, **fields):
    """Return the parameter after every step; it starts at 1."""
    parameters = np.ones(1, dtype)
    driver, path = Driver(RMSprop(**fields), parameters), []
    for gradient in gradients:
        driver.step(np.array([gradient], dtype), rate)
        path.append(float(parameters[0]))
    return path


def test_two_steps_by_hand():
    # decay = 0.75, negligible epsilon
    # g = 4:   s = 0.25 * 16 = 4                 p = 1 - 0.1 * 4 / 2 = 0.8
    # g = -1:  s = 0.75 * 4 + 0.25 * 1 = 3.25    p = 0.8 + 0.1 * 1 / sqrt(3.25) = 0.85547002
    path = driven((4.0, -1.0), decay=0.75, epsilon=1e-15)
    assert path == pytest.approx([0.8, 0.8 + 0.1 / 3.25**0.5], rel=1e-12)
    assert path[1] == pytest.approx(0.85547002, abs=1e-8)


def test_epsilon_is_outside_the_root():
    # s = 4: the step is 0.1 * 4 / (2 + 3), not 0.1 * 4 / sqrt(4 + 3)
    assert driven((4.0,), decay=0.75, epsilon=3.0) == pytest.approx([0.92], rel=1e-12)


def test_momentum_accumulates_scaled_gradients():
    # v = 4 / 2 = 2, p = 1 - 0.2;  v = 0.5 * 2 + 0 = 1, p = 0.8 - 0.1
    assert driven((4.0, 0.0), decay=0.75, momentum=0.5, epsilon=1e-15) == pytest.approx([0.8, 0.7], rel=1e-12)


def test_the_velocity_does_not_include_the_rate():
    driver = Driver(RMSprop(decay=0.75, momentum=0.5), np.ones(1))
    driver.step(np.array([4.0]), 1e-6)
    assert driver.state["velocity"] == pytest.approx([2.0], rel=1e-8)


def test_centered_divides_by_the_standard_deviation():
    # g = 4:  s = 4, m = 0.25 * 4 = 1               p = 1 - 0.1 * 4 / sqrt(4 - 1) = 0.76905989
    # g = 2:  s = 3 + 1 = 4, m = 0.75 + 0.5 = 1.25  p = p - 0.1 * 2 / sqrt(4 - 1.5625)
    path = driven((4.0, 2.0), decay=0.75, centered=True, epsilon=1e-15)
    first = 1 - 0.4 / 3**0.5
    assert path == pytest.approx([first, first - 0.2 / (4 - 1.5625) ** 0.5], rel=1e-12)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_a_variance_rounded_below_0_counts_as_0(dtype):
    # with a constant gradient, s and m^2 become equal except for rounding errors
    with np.errstate(all="raise"):
        path = driven([0.7] * 500, rate=1e-12, dtype=dtype, decay=0.5, centered=True, epsilon=1e-3)
    assert np.isfinite(path).all()


def test_state_vectors_depend_on_the_settings():
    assert RMSprop().state_names() == ("square",)
    assert RMSprop(momentum=0.5).state_names() == ("square", "velocity")
    assert RMSprop(centered=True, momentum=0.5).state_names() == ("square", "mean", "velocity")


def test_the_defaults():
    assert RMSprop() == RMSprop(learning_rate=1e-3, decay=0.9, epsilon=1e-8, momentum=0.0, centered=False)


@pytest.mark.parametrize("name", ["alpha", "rho"])
def test_keys_of_other_libraries_give_advice(name):
    with pytest.raises(ConfigError, match=f"unknown key '{name}' for rmsprop: .*write decay"):
        build(OPTIMIZERS, {"type": "rmsprop", name: 0.9})
