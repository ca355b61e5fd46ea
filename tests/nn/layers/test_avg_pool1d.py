"""1D average pooling, compared with values computed by hand."""

from __future__ import annotations

import numpy as np

from nncli.nn.layers import AvgPool1D
from tests.nn.layers.run import channel, run


def test_values_after_the_last_window_are_ignored():
    y, dx, _ = run(AvgPool1D(), channel(1, 5, 8, 1, 9), channel(10, 20))
    np.testing.assert_array_equal(y, channel(3, 4.5))
    np.testing.assert_array_equal(dx, channel(5, 5, 10, 10, 0))


def test_padding_counts_as_zeros():
    y, dx, _ = run(AvgPool1D(pool_size=3, padding=1), channel(3, 6, 9, 12), channel(3, 6))
    np.testing.assert_array_equal(y, channel(3, 7))
    np.testing.assert_array_equal(dx, channel(1, 1, 2, 2))
