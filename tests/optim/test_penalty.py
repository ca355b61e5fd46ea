"""Test the penalty of a vector of weights."""

from __future__ import annotations

import numpy as np
import pytest

from nncli.optim import penalty as module
from nncli.optim.penalty import Penalty


def test_value_and_gradient_by_hand():
    # value: 0.1 * (1 + 2 + 0 + 0.5) + 0.01 * (1 + 4 + 0 + 0.25); gradient: 0.1 * sign(w) + 0.02 * w
    weights, gradient = np.array((1, -2, 0, 0.5)), np.full(6, 10.0)
    penalty = Penalty(weights, 0.1, 0.01)
    assert penalty.value() == pytest.approx(0.35 + 0.0525, rel=1e-15)
    assert penalty.add_gradient(gradient) == pytest.approx(0.4025, rel=1e-15)
    np.testing.assert_allclose(gradient, (10.12, 9.86, 10, 10.11, 10, 10), rtol=1e-15)
    np.testing.assert_array_equal(weights, (1, -2, 0, 0.5))


def test_the_weights_are_not_copied():
    weights = np.ones(3)
    penalty = Penalty(weights, 1.0, 0.0)
    weights[...] = (2, -3, 0)
    assert penalty.value() == 5


@pytest.mark.parametrize(("l1", "l2"), [(0.5, 0.0), (0.0, 0.5), (0.3, 0.2)])
@pytest.mark.parametrize("size", [0, 1, 4, 5, 9])
def test_every_block_counts_once(monkeypatch, size, l1, l2):
    monkeypatch.setattr(module, "BLOCK_SIZE", 4)
    weights, gradient = np.arange(size) - 2.5, np.zeros(size + 5)
    penalty = Penalty(weights, l1, l2)
    value = sum(l1 * abs(w) + l2 * w * w for w in weights.tolist())
    assert penalty.value() == pytest.approx(value, rel=1e-14)
    assert penalty.add_gradient(gradient) == pytest.approx(value, rel=1e-14)
    expected = [l1 * (1 if w > 0 else -1) + 2 * l2 * w for w in weights.tolist()]
    np.testing.assert_allclose(gradient, [*expected, *[0] * 5], rtol=1e-14)


def test_float32_stays_float32_and_overflow_gives_no_warning():
    weights, gradient = np.array((3, 1e30), np.float32), np.zeros(2, np.float32)
    penalty = Penalty(weights, 0.0, 0.5)
    assert penalty.value() == penalty.add_gradient(gradient) == np.inf
    assert gradient[0] == 3
