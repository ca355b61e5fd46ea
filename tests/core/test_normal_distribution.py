"""Compare the normal distribution with the error function of the standard library, near 0 and in the tails."""

from __future__ import annotations

import math
from decimal import Decimal, getcontext

import numpy as np
import pytest

from nncli.core import normal_distribution

FLOATS = pytest.mark.parametrize("dtype", [np.float32, np.float64])
ROOT = Decimal(2).sqrt()


@pytest.fixture(autouse=True)
def _nothing_overflows():
    with np.errstate(over="raise", invalid="raise", divide="raise"):
        yield


def exact_cdf(x):
    """Return P(X <= x) = erfc(t) / 2 with t = -x / sqrt(2), corrected for the rounding of t to float64."""
    getcontext().prec = 40
    exact = -Decimal(x) / ROOT
    t = float(exact)
    rest = float(exact - Decimal(t))
    return math.erfc(t) / 2 - rest * math.exp(-t * t) / math.sqrt(math.pi)


@FLOATS
def test_cdf_is_accurate_from_the_far_tail_to_1(dtype):
    x = np.linspace(-37 if dtype == np.float64 else -12.5, 9, 2000).astype(dtype)
    found = normal_distribution.cdf(x)
    assert found.dtype == dtype
    expected = np.array([exact_cdf(float(value)) for value in x])
    rounding = np.finfo(dtype).eps / 2
    np.testing.assert_array_less(np.abs(found / expected - 1), rounding * (10 + x.astype(np.float64) ** 2))


def test_cdf_matches_the_error_function_near_0():
    x = np.linspace(-3, 3, 1001)
    erf = [math.erf(value) for value in x]
    np.testing.assert_allclose(2 * normal_distribution.cdf(x * math.sqrt(2)) - 1, erf, rtol=0, atol=5e-16)
    single = 2 * normal_distribution.cdf((x * math.sqrt(2)).astype(np.float32)) - 1
    np.testing.assert_allclose(single, erf, rtol=0, atol=2e-7)


@FLOATS
def test_cdf_handles_0_infinity_and_overflowing_squares(dtype):
    large = np.finfo(dtype).max
    found = normal_distribution.cdf(np.array((-np.inf, -large, -41, -0.0, 0, 41, large, np.inf), dtype))
    assert found.tolist() == [0, 0, 0, 0.5, 0.5, 1, 1, 1]
    assert np.isnan(normal_distribution.cdf(np.array((np.nan,), dtype)))
    assert normal_distribution.cdf(np.zeros((0, 2), dtype)).shape == (0, 2)


@FLOATS
def test_upper_tail_also_returns_the_density_and_does_not_change_its_argument(dtype):
    a = np.linspace(0, 50, 60, dtype=dtype).reshape(6, 10)
    before = a.copy()
    above, bell = normal_distribution.upper_tail(a)
    np.testing.assert_array_equal(a, before)
    np.testing.assert_array_equal(above, normal_distribution.cdf(-a))
    np.testing.assert_allclose(bell, np.exp(-0.5 * a.astype(np.float64) ** 2), rtol=1e-4, atol=1e-40)
    assert above.dtype == bell.dtype == dtype


def test_quantile_inverts_cdf():
    x = np.linspace(-5, 5, 101)
    np.testing.assert_allclose(normal_distribution.quantile(normal_distribution.cdf(x)), x, rtol=1e-9, atol=1e-15)
