"""The contract of all initializers in the table."""

from __future__ import annotations

import numpy as np
import pytest

from tests.contracts.table import INITIALIZER_ROWS, WEIGHTS, name_of
from tests.contracts.values import made

CASES = [case for cases in INITIALIZER_ROWS.values() for case in cases]
over_all = pytest.mark.parametrize("case", CASES, ids=name_of)


def draw(case, shape, fan_in, fan_out, seed=1):
    return made(case).draw(np.random.default_rng(seed), shape, fan_in, fan_out)


@over_all
@pytest.mark.parametrize("fans", [(50, 10), (3, 200), (1, 1)], ids=str)
def test_mean_and_standard_deviation_are_as_documented(case, fans):
    values, std = draw(case, WEIGHTS, *fans), case.std(*fans)
    assert values.mean() == pytest.approx(case.mean, rel=1e-12, abs=4 * std / np.sqrt(values.size))
    assert values.std() == pytest.approx(std, rel=0.01)  # its standard error for this many values is 0.25%


@over_all
@pytest.mark.parametrize("shape", [(5,), (4, 3), (3, 2, 4, 5), (0, 3)], ids=str)
def test_values_have_the_shape_and_are_float64(case, shape):
    values = draw(case, shape, 4, 3)
    assert (values.shape, values.dtype) == (shape, np.float64)


@over_all
def test_values_depend_only_on_the_generator(case):
    first = draw(case, (7, 8), 7, 8)
    np.testing.assert_array_equal(draw(case, (7, 8), 7, 8), first)
    if case.std(7, 8):
        assert (draw(case, (7, 8), 7, 8, seed=2) != first).all()
