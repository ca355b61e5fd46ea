"""1D max pooling, compared with values computed by hand."""

from __future__ import annotations

import numpy as np

from nncli.nn.layers import MaxPool1D
from tests.nn.layers.run import channel, run


def test_values_after_the_last_window_are_ignored():
    y, dx, _ = run(MaxPool1D(), channel(1, 5, 8, 1, 9), channel(10, 20))
    np.testing.assert_array_equal(y, channel(5, 8))
    np.testing.assert_array_equal(dx, channel(0, 10, 20, 0, 0))


def test_the_first_of_tied_maxima_gets_the_gradient():
    _, dx, _ = run(MaxPool1D(pool_size=3, stride=1), channel(7, 7, 2, 7), channel(10, 20))
    np.testing.assert_array_equal(dx, channel(10, 20, 0, 0))


def test_padding_counts_as_minus_infinity():
    y, dx, _ = run(MaxPool1D(pool_size=3, padding=1), channel(-5, -6, -7, -8), channel(1, 2))
    np.testing.assert_array_equal(y, channel(-5, -7))
    np.testing.assert_array_equal(dx, channel(1, 0, 2, 0))
