"""Functions that several metrics use."""

from __future__ import annotations

import numpy as np

from nncli.nn.metric import differences


def test_differences_are_computed_in_float64():
    prediction, targets = np.array((16777217.0, 1)), np.array((16777216, 3), np.float32)
    difference, weights = differences(prediction, targets, None)
    assert difference.dtype == weights.dtype == np.float64
    np.testing.assert_array_equal(difference, ((1,), (-2,)))
    np.testing.assert_array_equal(weights, (1, 1))


def test_differences_have_one_column_per_unit():
    difference, weights = differences(np.ones((3, 2, 2)), np.zeros((3, 2, 2)), np.array((1, 2, 3), np.float32))
    assert difference.shape == (3, 4)
    np.testing.assert_array_equal(weights, (1, 2, 3))
    assert weights.dtype == np.float64
