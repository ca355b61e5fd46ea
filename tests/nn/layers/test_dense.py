"""The fully connected layer, compared with values computed by hand."""

from __future__ import annotations

import numpy as np

from nncli.nn.layers import Dense
from tests.nn.layers.run import run

W = np.array(((1.0, 2, 0), (-1, 0, 3)))


def test_by_hand():
    x, dy = np.array(((2.0, 1), (0, -1))), np.array(((1.0, 0, 2), (-1, 1, 0)))
    y, dx, g = run(Dense(units=3), x, dy, weight=W, bias=np.array((0.5, 0, -1)))
    np.testing.assert_array_equal(y, ((1.5, 4, 2), (1.5, 0, -4)))
    np.testing.assert_array_equal(dx, ((1, 5), (1, 1)))
    np.testing.assert_array_equal(g["weight"], ((2, 0, 4), (2, -1, 2)))
    np.testing.assert_array_equal(g["bias"], (0, 1, 2))


def test_images_are_flattened_in_c_order():
    x = np.arange(12.0).reshape(1, 2, 3, 2)
    weight = np.eye(12)
    y, dx, _ = run(Dense(units=12, bias=False), x, weight=weight)
    np.testing.assert_array_equal(y, [np.arange(12.0)])
    assert dx.shape == x.shape


def test_the_input_gradient_has_the_shape_of_the_input():
    x, dy = np.zeros((2, 2, 1, 3)), np.array(((1.0,), (2,)))
    _, dx, _ = run(Dense(units=1), x, dy, weight=np.arange(6.0)[:, None], bias=np.zeros(1))
    np.testing.assert_array_equal(dx, np.arange(6.0).reshape(2, 1, 3) * np.array((1.0, 2))[:, None, None, None])


def test_parameters():
    weight, bias = Dense(units=3, initializer="he").parameters((4, 5)).values()
    assert (weight.shape, weight.fan_in, weight.fan_out, weight.decayed) == ((20, 3), 20, 3, True)
    assert (bias.shape, bias.decayed) == ((3,), False)
    assert list(Dense(units=3, bias=False, initializer="he").parameters((4,))) == ["weight"]
