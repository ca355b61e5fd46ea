"""Test gradient clipping by norm."""

from __future__ import annotations

import math

import numpy as np
import pytest

from nncli.optim.clipping import clip, norm

FLOATS = pytest.mark.parametrize("dtype", [np.float32, np.float64])


@FLOATS
def test_the_norm_is_the_root_of_the_sum_of_squares(dtype):
    assert norm(np.array((3, -4, 12), dtype)) == 13
    assert norm(np.zeros(3, dtype)) == 0
    assert norm(np.empty(0, dtype)) == 0
    assert type(norm(np.ones(3, dtype))) is float


def test_the_norm_is_finite_even_if_squares_overflow():
    assert norm(np.full(4, 1e30, np.float32)) == pytest.approx(2e30, rel=1e-6)
    assert norm(np.array((3e200, -4e200))) == pytest.approx(5e200, rel=1e-12)


@FLOATS
@pytest.mark.parametrize("bad", [math.inf, -math.inf, math.nan])
def test_the_norm_of_a_nonfinite_vector_is_not_finite(dtype, bad):
    gradient = np.ones(5, dtype)
    gradient[3] = bad
    assert not math.isfinite(norm(gradient))
    assert math.isnan(norm(gradient)) == math.isnan(bad)


@FLOATS
def test_clipping_keeps_the_direction(dtype):
    gradient = np.array((3, -4, 12), dtype)
    clip(gradient, norm(gradient), 2.6)
    np.testing.assert_allclose(gradient, (0.6, -0.8, 2.4), rtol=1e-6)
    assert gradient.dtype == dtype


@pytest.mark.parametrize("largest", [13, 13.5, 1e9])
def test_a_gradient_within_the_limit_is_not_changed(largest):
    gradient = np.array((3.0, -4, 12))
    clip(gradient, 13.0, largest)
    np.testing.assert_array_equal(gradient, (3, -4, 12))
