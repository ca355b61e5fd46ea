"""Test inheritance between optimizers."""

from __future__ import annotations

import numpy as np
import pytest

from nncli.optim import SGD, Adam, AdamW
from nncli.optim.driver import Driver
from nncli.optim.optimizer import Optimizer


class Doubling:
    def direction(self, g, state, step, rate, u):
        np.multiply(g, 2 * rate, out=u)


class OwnDirection(Doubling, Adam):
    pass


class Below(OwnDirection):
    pass


class OwnState(Adam):
    def state_names(self):
        return ("mean", "square", "other")


class OwnFields(AdamW):
    threshold: float = 1.0


class OwnUpdate(Adam):
    def update(self, p, g, state, step, rate, scratch):
        p -= 5


class OwnBoth(OwnUpdate):
    def direction(self, g, state, step, rate, u):
        u.fill(7)


@pytest.mark.parametrize("rule", [SGD, OwnDirection, Below, OwnState, OwnBoth])
def test_overriding_direction_or_state_names_resets_the_update(rule):
    assert rule.update is Optimizer.update


@pytest.mark.parametrize(("rule", "update"), [(AdamW, Adam), (OwnFields, Adam), (OwnUpdate, OwnUpdate)])
def test_other_subclasses_inherit_the_update(rule, update):
    assert rule.update is update.update


@pytest.mark.parametrize(("rule", "end"), [(OwnDirection, 0.8), (OwnUpdate, -4), (OwnBoth, -6)])
def test_the_driver_uses_the_most_derived_method(rule, end):
    parameters = np.ones(2)
    Driver(rule(), parameters).step(np.ones(2), 0.1)
    np.testing.assert_array_equal(parameters, end)


def test_in_parts_is_not_inherited():
    assert [rule.in_parts for rule in (Optimizer, SGD, Adam, AdamW, OwnFields, OwnDirection)] == [
        False, True, True, True, False, False,
    ]  # fmt: skip
