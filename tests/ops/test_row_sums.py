"""Test sums over rows."""

from __future__ import annotations

import numpy as np
import pytest

from nncli.ops.row_sums import sum_rows


@pytest.mark.parametrize("rows", [0, 1, 7])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_sum_rows_writes_the_sum_over_rows(rows, dtype):
    dy = np.arange(rows * 3, dtype=dtype).reshape(rows, 3)
    out = np.full(3, np.nan, dtype)
    sum_rows(dy, out=out)
    np.testing.assert_array_equal(out, dy.sum(axis=0))


def test_sum_rows_is_correct_for_alternating_sizes_and_dtypes():
    for rows, dtype in ((4, np.float32), (4, np.float64), (2, np.float64), (4, np.float32)):
        out = np.empty(2, dtype)
        sum_rows(np.ones((rows, 2), dtype), out=out)
        np.testing.assert_array_equal(out, rows)
