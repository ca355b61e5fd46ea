"""Test slices and divisors of batches."""

from __future__ import annotations

import numpy as np
import pytest

from nncli.core.batch import Batch


def test_slices_are_views_of_all_arrays():
    inputs, targets, weights = np.arange(12.0).reshape(6, 2), np.arange(6), np.linspace(0, 1, 6)
    part = Batch(inputs, targets, weights).slice_rows(2, 5)
    assert len(part) == 3
    for found, whole in ((part.inputs, inputs), (part.targets, targets), (part.weights, weights)):
        np.testing.assert_array_equal(found, whole[2:5])
        assert np.shares_memory(found, whole)


def test_a_slice_of_a_slice_has_the_correct_first_row():
    batch = Batch(np.zeros((10, 1)), first_row=100)
    assert batch.slice_rows(3, 9).first_row == 103
    assert batch.slice_rows(3, 9).slice_rows(2, 4).first_row == 105


def test_missing_arrays_stay_none():
    part = Batch(np.zeros((4, 1))).slice_rows(0, 2)
    assert part.targets is None
    assert part.weights is None


def test_the_divisor_is_the_number_of_rows_or_the_sum_of_weights():
    assert Batch(np.zeros((4, 1))).divisor == 4
    assert Batch(np.zeros((3, 1)), weights=np.array((0.5, 2, 0))).divisor == 2.5
    parts = [Batch(np.zeros((3, 1)), weights=np.array((0.5, 2, 0))).slice_rows(*rows) for rows in ((0, 1), (1, 3))]
    assert sum(part.divisor for part in parts) == pytest.approx(2.5)
