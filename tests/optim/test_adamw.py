"""Test Adam with decoupled weight decay against steps computed by hand."""

from __future__ import annotations

import numpy as np
import pytest

from nncli.core.builder import build
from nncli.core.errors import ConfigError
from nncli.core.registry import OPTIMIZERS
from nncli.optim import Adam, AdamW
from nncli.optim.driver import Driver


def driven(start, gradients, rate=0.1, decayed=None, **fields):
    """Return the parameters after all steps."""
    parameters = np.array(start)
    driver = Driver(AdamW(**fields), parameters, decayed)
    for gradient in gradients:
        driver.step(np.array(gradient), rate)
    return parameters


def test_the_first_step_by_hand():
    # p = 2, rate = 0.1, weight_decay = 0.5:  2 - 0.1 * 0.5 * 2 = 1.9;
    # the first step of adam has the size of the rate: 1.9 - 0.1 = 1.8
    assert driven([2.0], [[3.0]], weight_decay=0.5, epsilon=1e-15) == pytest.approx([1.8], rel=1e-12)


def test_the_decay_comes_before_the_step():
    # with a constant gradient, each step has the size of the rate: 1.8 * 0.95 - 0.1 = 1.61, not (1.8 - 0.1) * 0.95
    assert driven([2.0], [[3.0]] * 2, weight_decay=0.5, epsilon=1e-15) == pytest.approx([1.61], rel=1e-12)


def test_weight_decay_does_not_change_the_moments():
    drivers = [Driver(rule, np.full(2, 7.0)) for rule in (Adam(), AdamW(weight_decay=0.9))]
    for driver in drivers:
        driver.step(np.array((1.0, -2)), 0.1)
        driver.step(np.array((0.5, 3)), 0.1)
    for name, vector in drivers[0].state.items():
        assert vector.tobytes() == drivers[1].state[name].tobytes()


def test_only_decayed_parameters_shrink_unless_decay_all():
    zeros = [[0.0, 0, 0, 0]] * 2
    left = driven([1.0, -2, 3, 4], zeros, decayed=2, weight_decay=0.5)
    np.testing.assert_array_equal(left, (0.95**2, -2 * 0.95**2, 3, 4))
    every = driven([1.0, -2, 3, 4], zeros, decayed=2, weight_decay=0.5, decay_all=True)
    np.testing.assert_allclose(every, np.array((1.0, -2, 3, 4)) * 0.95**2, rtol=1e-15)


def test_zero_weight_decay_is_bitwise_identical_to_adam():
    parameters = np.array([2.0])
    driver = Driver(Adam(), parameters)
    for gradient in (3.0, -1.0):
        driver.step(np.array([gradient]), 0.1)
    assert driven([2.0], [[3.0], [-1.0]], weight_decay=0).tobytes() == parameters.tobytes()


def test_the_defaults():
    assert AdamW() == AdamW(1e-3, 0.9, 0.999, 1e-8, amsgrad=False, weight_decay=1e-2, decay_all=False)
    assert (AdamW().shrinkage(decayed=True), AdamW().shrinkage(decayed=False)) == (1e-2, 0)
    assert AdamW(decay_all=True).shrinkage(decayed=False) == 1e-2


def test_advice_for_weight_decay_names_the_penalty_or_adamw():
    penalty = r"write training\.penalty: \{l2: \.\.\.\} with half of this value, which gives the same result as PyTorch"
    for name, words in {"sgd": "", "adam": ", or use adamw", "rmsprop": "", "adagrad": ""}.items():
        with pytest.raises(ConfigError, match=f"unknown key 'weight_decay' for {name}: {penalty}{words}"):
            build(OPTIMIZERS, {"type": name, "weight_decay": 0.1})
    with pytest.raises(ConfigError, match="write weight_decay"):
        build(OPTIMIZERS, {"type": "adamw", "decay": 0.1})
