"""Average pooling, compared with values computed by hand."""

from __future__ import annotations

import numpy as np

from nncli.nn.layers import AvgPool2D
from tests.nn.layers.run import image, run


def test_values_after_the_last_window_are_ignored():
    x = image((1, 5, 2, 0, 9), (3, 3, 1, 9, 9), (9, 9, 9, 9, 9))
    y, dx, _ = run(AvgPool2D(), x, image((4, 8)))
    np.testing.assert_array_equal(y, image((3, 3)))
    np.testing.assert_array_equal(dx, image((1, 1, 2, 2, 0), (1, 1, 2, 2, 0), (0, 0, 0, 0, 0)))


def test_gradients_of_overlapping_windows_add_up():
    _, dx, _ = run(AvgPool2D(pool_size=2, stride=1), np.zeros((1, 3, 3, 1)), image((4, 8), (16, 32)))
    np.testing.assert_array_equal(dx, image((1, 3, 2), (5, 15, 10), (4, 12, 8)))


def test_padding_counts_as_zeros():
    y, dx, _ = run(AvgPool2D(pool_size=2, padding=1), image((4, 8), (12, 16)))
    np.testing.assert_array_equal(y, image((1, 2), (3, 4)))
    np.testing.assert_array_equal(dx, np.full((1, 2, 2, 1), 0.25))


def test_the_mean_divides_by_height_times_width():
    y, _, _ = run(AvgPool2D(pool_size=(2, 3)), np.full((1, 4, 6, 1), 6.0))
    np.testing.assert_array_equal(y, np.full((1, 2, 2, 1), 6.0))
