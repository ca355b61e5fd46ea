"""Compare values and arrays bit for bit."""

from __future__ import annotations

import numpy as np
import pytest

from nncli.lifecycle.bit_comparison import array_differences, value_differences


@pytest.mark.parametrize("value", [0.1, float("nan"), None, 3])
def test_equal_values_do_not_differ(value):
    assert list(value_differences("a.json", {"x": value, "other": 1}, {"x": value})) == []


@pytest.mark.parametrize(("was", "now"), [(0.1, np.nextafter(0.1, 1)), (None, 0), (float("nan"), 0.0)])
def test_another_value_is_named_with_its_place(was, now):
    assert list(value_differences("a.json", {"x": was}, {"x": now})) == [
        f"a.json: x was {was}, its repetition gives {now}"
    ]


def test_every_bit_of_an_array_counts():
    array = np.zeros(4, np.float32)
    assert list(array_differences("last.npz", {"w": array}, {"w": array.copy()})) == []
    found = list(array_differences("last.npz", {"w": array}, {"w": -array}))
    assert found == ["last.npz: w differs in 0 of 4 values, by at most 0"], "-0.0 is not 0.0"
    other = array + np.float32([0, 0, 0.5, 0])
    assert list(array_differences("last.npz", {"w": array}, {"w": other})) == [
        "last.npz: w differs in 1 of 4 values, by at most 0.5"
    ]


def test_another_shape_or_dtype_is_reported():
    array = np.zeros(4, np.float32)
    assert list(array_differences("last.npz", {}, {"w": array})) == [
        "last.npz: w was missing, its repetition gives float32 (4,)"
    ]
    assert list(array_differences("last.npz", {"w": array.astype(np.float64)}, {"w": array})) == [
        "last.npz: w was float64 (4,), its repetition gives float32 (4,)"
    ]
