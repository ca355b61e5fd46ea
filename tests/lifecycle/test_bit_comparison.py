"""Test comparing values and arrays bit for bit."""

from __future__ import annotations

import numpy as np
import pytest

from nncli.lifecycle.bit_comparison import array_differences, value_differences


@pytest.mark.parametrize("value", [0.1, float("nan"), None, 3])
def test_equal_values_are_not_reported(value):
    assert list(value_differences("a.json", {"x": value, "other": 1}, {"x": value})) == []


@pytest.mark.parametrize(("was", "now"), [(0.1, np.nextafter(0.1, 1)), (None, 0), (float("nan"), 0.0)])
def test_different_values_are_reported_with_their_file(was, now):
    assert list(value_differences("a.json", {"x": was}, {"x": now})) == [
        f"a.json: x was {was}, but is {now} in the repetition"
    ]


def test_arrays_that_differ_in_one_bit_are_reported():
    array = np.zeros(4, np.float32)
    assert list(array_differences("last.npz", {"w": array}, {"w": array.copy()})) == []
    found = list(array_differences("last.npz", {"w": array}, {"w": -array}))
    assert found == ["last.npz: w differs in 0 of 4 values, by at most 0"], "-0.0 is not 0.0"
    other = array + np.float32([0, 0, 0.5, 0])
    assert list(array_differences("last.npz", {"w": array}, {"w": other})) == [
        "last.npz: w differs in 1 of 4 values, by at most 0.5"
    ]


def test_different_shapes_and_dtypes_are_reported():
    array = np.zeros(4, np.float32)
    assert list(array_differences("last.npz", {}, {"w": array})) == [
        "last.npz: w was missing, but is float32 (4,) in the repetition"
    ]
    assert list(array_differences("last.npz", {"w": array.astype(np.float64)}, {"w": array})) == [
        "last.npz: w was float64 (4,), but is float32 (4,) in the repetition"
    ]
