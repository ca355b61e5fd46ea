"""Test gradient descent against steps computed by hand."""

from __future__ import annotations

import numpy as np
import pytest

from nncli.core.errors import ConfigError
from nncli.optim import SGD
from nncli.optim.driver import Driver


def driven(gradients, rates, **fields):
    """Return the parameter after every step; it starts at 1."""
    parameters = np.array([1.0])
    driver, path = Driver(SGD(**fields), parameters), []
    for gradient, rate in zip(gradients, rates, strict=True):
        driver.step(np.array([gradient]), rate)
        path.append(float(parameters[0]))
    return path


def test_steps_without_momentum():
    # 1 - 0.1 * 2 = 0.8;  0.8 + 0.1 * 1 = 0.9
    assert driven((2.0, -1.0), (0.1, 0.1)) == pytest.approx([0.8, 0.9])


def test_steps_with_momentum():
    # v = 2, p = 0.8;  v = 0.9 * 2 - 1 = 0.8, p = 0.72;  v = 0.72, p = 0.648
    assert driven((2.0, -1.0, 0.0), [0.1] * 3, momentum=0.9) == pytest.approx([0.8, 0.72, 0.648])


def test_steps_with_nesterov():
    # v = 2, step 0.1 * (2 + 1.8) = 0.38;  v = 0.8, step 0.1 * (-1 + 0.72) = -0.028
    assert driven((2.0, -1.0), (0.1, 0.1), momentum=0.9, nesterov=True) == pytest.approx([0.62, 0.648])


def test_the_velocity_does_not_include_the_rate():
    # v = 2, p = 1 - 0.1 * 2;  v = 1.8, p = 0.8 - 0.01 * 1.8, not 0.8 - 0.9 * 0.2
    assert driven((2.0, 0.0), (0.1, 0.01), momentum=0.9) == pytest.approx([0.8, 0.782])


def test_only_momentum_has_a_velocity():
    assert SGD().state_names() == ()
    assert SGD(momentum=0.5).state_names() == ("velocity",)


def test_nesterov_requires_momentum():
    with pytest.raises(ConfigError, match=r"sgd.nesterov: nesterov wants a momentum above 0, such as 0.9"):
        SGD(nesterov=True)


def test_the_default_rate():
    assert SGD() == SGD(learning_rate=1e-2, momentum=0.0, nesterov=False)


@pytest.mark.parametrize("fields", [{"learning_rate": 0}, {"learning_rate": -1}, {"momentum": 1}, {"momentum": -0.1}])
def test_fields_out_of_range_are_refused(fields):
    with pytest.raises(ConfigError, match=f"sgd.{next(iter(fields))}: expected a number"):
        SGD(**fields)
