"""Test the driver that runs an optimizer over a vector of parameters."""

from __future__ import annotations

import numpy as np

from nncli.optim import SGD, Adam, AdamW
from nncli.optim import driver as driver_module
from nncli.optim.driver import Driver


def test_parameters_are_changed_in_place():
    whole = np.ones(6)
    Driver(SGD(), whole[1:4]).step(np.array((1.0, 2, 3)), 0.5)
    np.testing.assert_array_equal(whole, (1, 0.5, 0, -0.5, 1, 1))


def test_step_numbers_start_at_one():
    seen = []

    class Rule(SGD):
        def direction(self, g, state, step, rate, u):
            seen.append((step, rate))
            super().direction(g, state, step, rate, u)

    driver = Driver(Rule(), np.zeros(2))
    assert driver.steps == 0
    for rate in (0.1, 0.2, 0.3):
        driver.step(np.zeros(2), rate)
    assert seen == [(1, 0.1), (2, 0.2), (3, 0.3)]
    assert driver.steps == 3


def test_a_step_over_several_blocks_counts_once(monkeypatch):
    monkeypatch.setattr(driver_module, "BLOCK_SIZE", 2)
    parameters = np.zeros(5)
    driver = Driver(Adam(), parameters)
    driver.step(np.ones(5), 0.1)
    assert driver.steps == 1
    np.testing.assert_allclose(parameters, -0.1, rtol=1e-6)


def test_every_block_is_updated(monkeypatch):
    monkeypatch.setattr(driver_module, "BLOCK_SIZE", 4)
    for size in (1, 3, 4, 5, 8, 9):
        parameters = np.zeros(size)
        Driver(SGD(), parameters).step(np.arange(size) + 1.0, 1.0)
        np.testing.assert_array_equal(parameters, -(np.arange(size) + 1.0))


def test_results_do_not_depend_on_the_order_of_the_halves(monkeypatch):
    def backwards(work, parts):
        assert len(parts) == 2
        for part in reversed(parts):
            work(part)

    random = np.random.default_rng(0)
    start, gradients = random.normal(size=21), random.normal(size=(3, 21))
    whole, halved = start.copy(), start.copy()
    one = Driver(AdamW(), whole, 13)
    monkeypatch.setattr(driver_module, "MIN_PARALLEL_SIZE", 21)
    monkeypatch.setattr(driver_module, "PARALLEL_BLOCK_SIZE", 4)
    other = Driver(AdamW(), halved, 13)
    for gradient in gradients:
        one.step(gradient, 0.1)
        other.step(gradient, 0.1, backwards)
    np.testing.assert_array_equal(halved, whole)
    np.testing.assert_array_equal(other.state["square"], one.state["square"])


def test_only_rules_with_in_parts_use_two_parts(monkeypatch):
    class Other(SGD):
        """A subclass that may have additional state."""

    class InParts(SGD):
        in_parts = True

    monkeypatch.setattr(driver_module, "MIN_PARALLEL_SIZE", 4)
    counts = []
    for rule in (SGD(), Other(), InParts()):
        Driver(rule, np.zeros(9)).step(np.ones(9), 0.1, lambda work, parts: counts.append(len(parts)))
    assert counts == [2, 1, 2]


def test_two_drivers_share_no_state():
    one, other = Driver(Adam(), np.zeros(3)), Driver(Adam(), np.zeros(3))
    one.step(np.ones(3), 0.1)
    assert other.steps == 0
    assert not other.state["mean"].any()


def test_weight_decay_does_not_depend_on_block_boundaries(monkeypatch):
    monkeypatch.setattr(driver_module, "BLOCK_SIZE", 4)
    for decayed in range(10):
        parameters = np.ones(9)
        Driver(AdamW(weight_decay=0.5), parameters, decayed).step(np.zeros(9), 0.5)
        np.testing.assert_array_equal(parameters, [0.75] * decayed + [1] * (9 - decayed))
