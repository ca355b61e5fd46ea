"""Test Adagrad against steps computed by hand."""

from __future__ import annotations

import numpy as np
import pytest

from nncli.optim import Adagrad
from nncli.optim.driver import Driver


def driven(gradients, rate=0.1, **fields):
    """Return the parameter after every step; it starts at 1."""
    parameters = np.ones(1)
    driver, path = Driver(Adagrad(**fields), parameters), []
    for gradient in gradients:
        driver.step(np.array([gradient]), rate)
        path.append(float(parameters[0]))
    return path


def test_three_steps_by_hand():
    # s = 9, p = 1 - 0.1 * 3 / 3 = 0.9;  s = 25, p = 0.9 + 0.1 * 4 / 5 = 0.98;  s = 169, p = 0.98 - 0.1 * 12 / 13
    assert driven((3.0, -4.0, 12.0)) == pytest.approx([0.9, 0.98, 0.98 - 1.2 / 13], rel=1e-9)


def test_the_sum_starts_at_the_initial_accumulator():
    # s = 16 + 9 = 25, p = 1 - 0.1 * 3 / 5
    assert driven((3.0,), initial_accumulator=16) == pytest.approx([0.94], rel=1e-9)


def test_epsilon_is_outside_the_root():
    # s = 9: the step is 0.1 * 3 / (3 + 1), not 0.1 * 3 / sqrt(9 + 1)
    assert driven((3.0,), epsilon=1.0) == pytest.approx([0.925], rel=1e-12)


def test_the_defaults():
    assert Adagrad() == Adagrad(learning_rate=1e-2, epsilon=1e-10, initial_accumulator=0.0)
