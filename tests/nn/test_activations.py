"""Activations at their edges."""

from __future__ import annotations

import numpy as np
import pytest

from nncli.core.errors import ShapeError
from nncli.core.registry import LAYERS
from nncli.nn.activation import Activation
from nncli.nn.activations import ReLU, Softmax
from nncli.nn.activations.sigmoid import sigmoid
from nncli.nn.activations.softmax import softmax
from nncli.nn.layer import Context, Moment

FLOATS = pytest.mark.parametrize("dtype", [np.float32, np.float64])
CONTEXT = Context(0, Moment(), True, {})


@pytest.fixture(autouse=True)
def _nothing_overflows():
    with np.errstate(over="raise", invalid="raise", divide="raise"):
        yield


@FLOATS
def test_sigmoid_far_from_zero(dtype):
    y = sigmoid(np.array((-1e4, -100, 0, 100, 1e4), dtype))
    assert y.dtype == dtype
    assert y[0] == 0
    assert 0 <= y[1] < 1e-40
    assert y[2] == 0.5
    assert y[3] == y[4] == 1


def test_sigmoid_keeps_what_is_small():
    z = np.array((-700.0, -30, -1, 1))
    np.testing.assert_allclose(sigmoid(z), np.exp(z) / (1 + np.exp(z)), rtol=1e-14)
    np.testing.assert_allclose(sigmoid(z) + sigmoid(-z), 1, rtol=1e-15)


@FLOATS
def test_softmax_far_from_zero(dtype):
    y = softmax(np.array(((1e4, -1e4, 0), (-1e4, -1e4, -1e4), (1e38, 0, -1e38)), dtype))
    assert y.dtype == dtype
    np.testing.assert_allclose(y, ((1, 0, 0), (1 / 3, 1 / 3, 1 / 3), (1, 0, 0)), rtol=1e-6)


def test_softmax_by_hand_and_over_the_last_axis_alone():
    z = np.log(np.array((((1.0, 3), (1, 1)), ((2, 6), (9, 1)))))
    np.testing.assert_allclose(softmax(z), (((0.25, 0.75), (0.5, 0.5)), ((0.25, 0.75), (0.9, 0.1))), rtol=1e-14)


def test_softmax_does_not_care_for_a_shift_and_leaves_its_input():
    z = np.random.default_rng(0).standard_normal((4, 5))
    before = z.copy()
    np.testing.assert_allclose(softmax(z + 1000), softmax(z), rtol=1e-12)
    np.testing.assert_array_equal(z, before)


def test_softmax_of_one_unit_is_refused():
    with pytest.raises(ShapeError, match=r"wants two units or more.*use sigmoid"):
        Softmax().output_shape((1,))


def test_relu_lets_nothing_through_at_zero():
    x = np.array(((-1.0, 0.0, -0.0, 2.0),))
    y, backward = ReLU().forward({}, x, CONTEXT)
    np.testing.assert_array_equal(y, ((0, 0, 0, 2),))
    np.testing.assert_array_equal(backward(np.ones((1, 4)), {}), ((0, 0, 0, 1),))


@pytest.mark.parametrize("cls", [cls for cls in LAYERS if issubclass(cls, Activation)], ids=lambda cls: cls.type_name)
def test_outputs_stay_in_the_range_that_is_promised(cls):
    x = np.random.default_rng(0).standard_normal((200, 3)).astype(np.float32) * 100
    y, _ = cls().forward({}, x, CONTEXT)
    low, high = cls().output_range or (-np.inf, np.inf)
    assert low <= y.min() < y.max() <= high


def test_only_relu_asks_for_he():
    advised = {cls.type_name: cls.advised_initializer for cls in LAYERS if cls.advised_initializer}
    assert advised == {"relu": "he"}
