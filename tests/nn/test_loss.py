"""Functions of losses: weighted sums, and the class of a prediction."""

from __future__ import annotations

import numpy as np

from nncli.nn.loss import classes_of, weighted_sum


def test_weighted_sums():
    losses = np.array((1.0, 2, 4), np.float32)
    assert weighted_sum(losses, None) == 7
    assert weighted_sum(losses, np.array((2, 0, 0.5), np.float32)) == 4
    assert type(weighted_sum(losses, None)) is float


def test_classes_of_returns_the_most_likely_class():
    np.testing.assert_array_equal(classes_of(np.array(((0.2, 0.5, 0.3), (0.6, 0.1, 0.3)))), (1, 0))


def test_ties_are_broken_in_favor_of_the_first_class():
    np.testing.assert_array_equal(classes_of(np.array(((0.4, 0.4, 0.2), (0.2, 0.4, 0.4)))), (0, 1))


def test_a_single_column_has_the_probability_of_the_second_class():
    classes = classes_of(np.array(((0.4,), (0.6,), (0.5,), (0.0,), (1.0,))))
    np.testing.assert_array_equal(classes, (0, 1, 0, 0, 1))
    assert np.issubdtype(classes.dtype, np.integer)


def test_classes_of_accepts_an_empty_batch():
    assert classes_of(np.empty((0, 3))).shape == classes_of(np.empty((0, 1))).shape == (0,)
