"""Max pooling, compared with values computed by hand."""

from __future__ import annotations

import numpy as np

from nncli.nn.layers import MaxPool2D
from tests.nn.layers.run import image, run


def test_values_after_the_last_window_are_ignored():
    x = image((1, 5, 2, 0, 9), (3, 4, 1, 8, 9), (9, 9, 9, 9, 9))
    y, dx, _ = run(MaxPool2D(), x, image((10, 20)))
    np.testing.assert_array_equal(y, image((5, 8)))
    np.testing.assert_array_equal(dx, image((0, 10, 0, 0, 0), (0, 0, 0, 20, 0), (0, 0, 0, 0, 0)))


def test_the_first_of_tied_maxima_in_row_order_gets_the_gradient():
    x = image((1, 7, 3, 3), (7, 7, 3, 3))
    _, dx, _ = run(MaxPool2D(), x, image((10, 20)))
    np.testing.assert_array_equal(dx, image((0, 10, 20, 0), (0, 0, 0, 0)))


def test_a_window_of_ties_assigns_its_gradient_once():
    x = np.zeros((2, 6, 6, 3))
    dy = np.random.default_rng(0).standard_normal((2, 3, 3, 3))
    _, dx, _ = run(MaxPool2D(), x, dy)
    np.testing.assert_array_equal(dx[:, ::2, ::2], dy)
    assert np.count_nonzero(dx) == dy.size


def test_gradients_of_overlapping_windows_add_up():
    x = image((0, 0, 0), (0, 9, 0), (0, 0, 0))
    _, dx, _ = run(MaxPool2D(pool_size=2, stride=1), x, image((1, 2), (4, 8)))
    np.testing.assert_array_equal(dx, image((0, 0, 0), (0, 15, 0), (0, 0, 0)))


def test_padding_counts_as_minus_infinity():
    x = image((-5, -6), (-7, -8))
    y, dx, _ = run(MaxPool2D(pool_size=2, padding=1), x)
    np.testing.assert_array_equal(y, x)
    np.testing.assert_array_equal(dx, np.ones_like(x))
    y, dx, _ = run(MaxPool2D(pool_size=3, stride=1, padding="same"), x)
    np.testing.assert_array_equal(y, np.full_like(x, -5))
    np.testing.assert_array_equal(dx, image((4, 0), (0, 0)))


def test_channels_do_not_mix():
    x = np.concatenate((image((1, 2), (3, 4)), image((8, 7), (6, 5))), axis=3)
    y, dx, _ = run(MaxPool2D(), x)
    np.testing.assert_array_equal(y[0, 0, 0], (4, 8))
    np.testing.assert_array_equal(dx[0, :, :, 0], ((0, 0), (0, 1)))
    np.testing.assert_array_equal(dx[0, :, :, 1], ((1, 0), (0, 0)))
