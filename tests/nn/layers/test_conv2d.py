"""Convolution: worked by hand, and by all its paths alike."""

from __future__ import annotations

import numpy as np
import pytest

from nncli.core.errors import ConfigError
from nncli.core.registry import INITIALIZERS
from nncli.nn.layers import Conv2D
from nncli.nn.layers import conv2d as module
from tests.nn.layers.run import image, run


def test_by_hand():
    x = image((1, 2, 0), (0, 1, 3), (2, 1, 1))
    W = np.array(((1.0, -1), (0, 2)))[:, :, None, None]
    layer = Conv2D(filters=1, kernel_size=2)
    y, dx, g = run(layer, x, image((1, 0), (2, -1)), weight=W, bias=np.array((0.5,)))
    # top left: 1 * 1 + 2 * -1 + 0 * 0 + 1 * 2 + 0.5 = 1.5, and so on; the kernel is not turned
    np.testing.assert_array_equal(y, image((1.5, 8.5), (1.5, 0.5)))
    # every window's kernel, times its dy, laid over the image
    np.testing.assert_array_equal(dx, image((1, -1, 0), (2, 2 - 2 - 1, 1), (0, 4, -2)))
    # every window's entries, times its dy
    np.testing.assert_array_equal(g["weight"][:, :, 0, 0], ((1 + 0 - 1, 2 + 2 - 3), (0 + 4 - 1, 1 + 2 - 1)))
    assert g["bias"] == 1 + 0 + 2 - 1


def test_the_odd_zero_is_at_the_bottom_and_on_the_right():
    W = np.array(((1.0, 10), (100, 1000)))[:, :, None, None]
    layer = Conv2D(filters=1, kernel_size=2, padding="same", bias=False)
    y, _, _ = run(layer, image((1, 2), (3, 4)), weight=W)
    np.testing.assert_array_equal(y, image((4321, 402), (43, 4)))


def test_height_and_width_are_not_mixed_up():
    x = np.arange(30.0).reshape(1, 5, 6, 1)
    layer = Conv2D(filters=1, kernel_size=1, stride=(3, 2), padding=(1, 0), bias=False)
    y, dx, _ = run(layer, x, weight=np.ones((1, 1, 1, 1)))
    # rows -1, 2 and 5 of which the first and the last are padding; columns 0, 2 and 4
    np.testing.assert_array_equal(y, image((0, 0, 0), (12, 14, 16), (0, 0, 0)))
    assert dx.shape == x.shape
    assert [tuple(index) for index in np.argwhere(dx[0, :, :, 0])] == [(2, 0), (2, 2), (2, 4)]


def test_every_filter_sees_every_channel():
    random = np.random.default_rng(0)
    x, W = random.standard_normal((2, 1, 1, 3)), random.standard_normal((1, 1, 3, 4))
    y, _, _ = run(Conv2D(filters=4, kernel_size=1), x, weight=W, bias=np.zeros(4))
    np.testing.assert_allclose(y[:, 0, 0], x[:, 0, 0] @ W[0, 0], rtol=1e-14)


@pytest.mark.parametrize("stride", [1, 2, (2, 1)])
@pytest.mark.parametrize(
    ("name", "value"), [("PATCH_BYTES", 1), ("PATCH_BYTES", 5000), ("FEW_CHANNELS", 0), ("FEW_CHANNELS", 9)]
)
def test_however_patches_are_made_the_result_is_the_same(monkeypatch, name, value, stride):
    random = np.random.default_rng(0)
    x, W = random.standard_normal((7, 5, 4, 3)), random.standard_normal((2, 3, 3, 4))
    layer = Conv2D(filters=4, kernel_size=(2, 3), stride=stride, padding=1)
    dy = random.standard_normal((7, *layer.output_shape((5, 4, 3))))
    y, dx, g = run(layer, x, dy, weight=W, bias=np.ones(4))
    monkeypatch.setattr(module, name, value)
    other_y, other_dx, other_g = run(layer, x, dy, weight=W, bias=np.ones(4))
    for found, expected in (
        (other_y, y),
        (other_dx, dx),
        (other_g["weight"], g["weight"]),
        (other_g["bias"], g["bias"]),
    ):
        np.testing.assert_allclose(found, expected, rtol=1e-12, atol=1e-12)


def test_parameters():
    layer = Conv2D(filters=4, kernel_size=(2, 3), initializer="he")
    weight, bias = layer.parameters((9, 9, 5)).values()
    assert (weight.shape, weight.fan_in, weight.fan_out, weight.decayed) == ((2, 3, 5, 4), 30, 24, True)
    assert (bias.shape, bias.decayed, bias.trainable) == ((4,), False, True)
    assert list(Conv2D(filters=4, kernel_size=2, bias=False, initializer="he").parameters((9, 9, 5))) == ["weight"]


def test_a_number_or_a_pair():
    assert Conv2D(filters=1, kernel_size=[3, 3]) != Conv2D(filters=1, kernel_size=3)
    for shape in ((9, 9, 1), (8, 5, 2)):
        number, both = (
            Conv2D(filters=2, kernel_size=3, stride=2, padding=1),
            Conv2D(filters=2, kernel_size=[3, 3], stride=[2, 2], padding=[1, 1]),
        )
        assert number.output_shape(shape) == both.output_shape(shape)


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"filters": 0}, "conv2d.filters: expected a whole number at least 1; got 0"),
        ({"filters": 2.0}, "conv2d.filters: expected a whole number at least 1; got 2.0"),
        (
            {"kernel_size": [3, 3, 3]},
            "conv2d.kernel_size: expected a whole number at least 1 or a pair of whole numbers at least 1; "
            "got [3, 3, 3]",
        ),
        (
            {"stride": 0},
            "conv2d.stride: expected a whole number at least 1 or a pair of whole numbers at least 1; got 0",
        ),
        (
            {"padding": "smae"},
            "conv2d.padding: expected one of valid, same or a whole number at least 0 or a pair of whole numbers at "
            "least 0; got 'smae'; did you mean 'same'?",
        ),
        (
            {"initializer": "hee"},
            "conv2d.initializer: unknown initializer 'hee'; did you mean 'he'? Known: "
            + ", ".join(INITIALIZERS.names()),
        ),
        ({"bias": "no"}, "conv2d.bias: expected true or false; got 'no'"),
    ],
    ids=str,
)
def test_what_is_wrong_is_said(fields, message):
    with pytest.raises(ConfigError) as caught:
        Conv2D(**{"filters": 1, "kernel_size": 3, **fields})
    assert str(caught.value) == message
