"""2D convolution: values computed by hand, and equal results of all algorithms."""

from __future__ import annotations

import weakref

import numpy as np
import pytest

from nncli.core.errors import ConfigError, ShapeError
from nncli.core.registry import INITIALIZERS
from nncli.nn.context import Context, PassState
from nncli.nn.layers import Conv2D
from nncli.ops import depthwise, grouped, patches
from tests.nn.layers.run import image, run


def test_by_hand():
    x = image((1, 2, 0), (0, 1, 3), (2, 1, 1))
    W = np.array(((1.0, -1), (0, 2)))[:, :, None, None]
    layer = Conv2D(filters=1, kernel_size=2)
    y, dx, g = run(layer, x, image((1, 0), (2, -1)), weight=W, bias=np.array((0.5,)))
    # top left: 1 * 1 + 2 * -1 + 0 * 0 + 1 * 2 + 0.5 = 1.5, and so on; the kernel is not flipped
    np.testing.assert_array_equal(y, image((1.5, 8.5), (1.5, 0.5)))
    # dx: for every window, dy * kernel is added at the position of the window
    np.testing.assert_array_equal(dx, image((1, -1, 0), (2, 2 - 2 - 1, 1), (0, 4, -2)))
    # gradient of the kernel: the sum of dy * input over the windows
    np.testing.assert_array_equal(g["weight"][:, :, 0, 0], ((1 + 0 - 1, 2 + 2 - 3), (0 + 4 - 1, 1 + 2 - 1)))
    assert g["bias"] == 1 + 0 + 2 - 1


def test_same_padding_puts_an_extra_zero_at_the_bottom_and_right():
    W = np.array(((1.0, 10), (100, 1000)))[:, :, None, None]
    layer = Conv2D(filters=1, kernel_size=2, padding="same", bias=False)
    y, _, _ = run(layer, image((1, 2), (3, 4)), weight=W)
    np.testing.assert_array_equal(y, image((4321, 402), (43, 4)))


def test_height_and_width_are_not_mixed_up():
    x = np.arange(30.0).reshape(1, 5, 6, 1)
    layer = Conv2D(filters=1, kernel_size=1, stride=(3, 2), padding=(1, 0), bias=False)
    y, dx, _ = run(layer, x, weight=np.ones((1, 1, 1, 1)))
    # rows -1, 2 and 5 (rows -1 and 5 are padding) and columns 0, 2 and 4
    np.testing.assert_array_equal(y, image((0, 0, 0), (12, 14, 16), (0, 0, 0)))
    assert dx.shape == x.shape
    assert [tuple(index) for index in np.argwhere(dx[0, :, :, 0])] == [(2, 0), (2, 2), (2, 4)]


def test_every_filter_sums_over_all_channels():
    random = np.random.default_rng(0)
    x, W = random.standard_normal((2, 1, 1, 3)), random.standard_normal((1, 1, 3, 4))
    y, _, _ = run(Conv2D(filters=4, kernel_size=1), x, weight=W, bias=np.zeros(4))
    np.testing.assert_allclose(y[:, 0, 0], x[:, 0, 0] @ W[0, 0], rtol=1e-14)


def test_a_dilated_kernel_by_hand():
    x = image((1, 2, 3, 4), (5, 6, 7, 8), (9, 10, 11, 12))
    W = np.array(((1.0, -1), (10, 0)))[:, :, None, None]
    layer = Conv2D(filters=1, kernel_size=2, dilation=(2, 3), bias=False)  # the kernel reads only the corners of x
    y, dx, g = run(layer, x, image((3,)), weight=W)
    np.testing.assert_array_equal(y, image((1 - 4 + 90,)))
    np.testing.assert_array_equal(dx, image((3, 0, 0, -3), (0, 0, 0, 0), (30, 0, 0, 0)))
    np.testing.assert_array_equal(g["weight"][:, :, 0, 0], ((3, 12), (27, 36)))


def test_filters_of_a_group_apply_only_to_the_channels_of_the_group():
    x = np.array((1.0, 10, 100, 1000)).reshape(1, 1, 1, 4)
    W = np.array(((1.0, 2, 3, 4), (5, 6, 7, 8))).reshape(1, 1, 2, 4)
    y, dx, g = run(Conv2D(filters=4, kernel_size=1, groups=2, bias=False), x, weight=W)
    np.testing.assert_array_equal(y.ravel(), (1 + 50, 2 + 60, 300 + 7000, 400 + 8000))
    np.testing.assert_array_equal(dx.ravel(), (1 + 2, 5 + 6, 3 + 4, 7 + 8))
    np.testing.assert_array_equal(g["weight"][0, 0], ((1, 1, 100, 100), (10, 10, 1000, 1000)))


# 6 filters are computed elementwise, and 15 filters with a matrix product per channel
@pytest.mark.parametrize("filters", [6, 15])
def test_depthwise_filters_follow_the_order_of_their_channels(filters):
    x = np.array((1.0, 10, 100)).reshape(1, 1, 1, 3)
    W = np.arange(1.0, filters + 1).reshape(1, 1, 1, filters)
    y, dx, g = run(Conv2D(filters=filters, kernel_size=1, groups=3, bias=False), x, weight=W)
    channel = np.repeat((1.0, 10, 100), filters // 3)
    np.testing.assert_array_equal(y.ravel(), channel * W.ravel())
    np.testing.assert_array_equal(dx.ravel(), W.reshape(3, -1).sum(axis=1))
    np.testing.assert_array_equal(g["weight"].ravel(), channel)


@pytest.mark.parametrize(
    ("module", "name", "value", "groups"),
    [
        (patches, "MAX_PATCH_BYTES", 1, 1),
        (patches, "MAX_PATCH_BYTES", 5000, 1),
        (patches, "MAX_KERNEL_FIRST_CHANNELS", 0, 1),
        (patches, "MAX_KERNEL_FIRST_CHANNELS", 9, 1),
        (depthwise, "MAX_BLOCK_BYTES", 1, 3),
        (depthwise, "MAX_BLOCK_BYTES", 3000, 3),
        (grouped, "MAX_DEPTHWISE_FILTERS", 0, 3),
    ],
)
@pytest.mark.parametrize("stride", [1, 2, (2, 1)])
def test_all_algorithms_give_the_same_result(monkeypatch, module, name, value, groups, stride):
    random = np.random.default_rng(0)
    x, W = random.standard_normal((7, 5, 4, 3)), random.standard_normal((2, 3, 3 // groups, 6))
    layer = Conv2D(filters=6, kernel_size=(2, 3), stride=stride, padding=1, groups=groups)
    dy = random.standard_normal((7, *layer.output_shape((5, 4, 3))))
    y, dx, g = run(layer, x, dy, weight=W, bias=np.ones(6))
    monkeypatch.setattr(module, name, value)
    other_y, other_dx, other_g = run(layer, x, dy, weight=W, bias=np.ones(6))
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


def test_an_error_for_a_huge_number_of_filters_is_raised_quickly():
    with pytest.raises(ConfigError, match=r"a divisor of filters \(1, 2, 4, 5, 8, 10, .* or 1000000000000000000\)"):
        Conv2D(filters=10**18, kernel_size=1, groups=3)


def test_parameters_of_groups():
    layer = Conv2D(filters=8, kernel_size=(2, 3), groups=4, initializer="he")
    weight, bias = layer.parameters((9, 9, 12)).values()
    assert (weight.shape, weight.fan_in, weight.fan_out) == ((2, 3, 3, 8), 2 * 3 * 3, 2 * 3 * 2)
    assert bias.shape == (8,)


@pytest.mark.parametrize(
    ("fields", "channels", "message"),
    [
        ({"filters": 16, "groups": 8}, 12, "wants channels divisible into 8 groups, or groups: 1, 2 or 4"),
        ({"filters": 3, "groups": 3}, 1, "wants channels divisible into 3 groups, or groups: 1"),
    ],
)
def test_groups_must_divide_the_channels(fields, channels, message):
    with pytest.raises(ShapeError) as caught:
        Conv2D(kernel_size=1, **fields).output_shape((4, 4, channels))
    assert str(caught.value) == message


def test_backward_does_not_hold_the_output_in_memory():
    x = np.ones((2, 4, 4, 3), np.float32)
    for layer, channels in ((Conv2D(filters=3, kernel_size=3), 3), (Conv2D(filters=3, kernel_size=3, groups=3), 1)):
        W = np.ones((3, 3, channels, 3), np.float32)
        y, backward = layer.forward({"weight": W, "bias": np.ones(3)}, x, Context(0, PassState(), True, {}))
        reference = weakref.ref(y if y.base is None else y.base)
        del y
        assert reference() is None, backward


def test_sizes_may_be_a_number_or_a_pair():
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
        ({"filters": 0}, "conv2d.filters: expected a whole number of at least 1; got 0"),
        ({"filters": 2.0}, "conv2d.filters: expected a whole number of at least 1; got 2.0"),
        (
            {"kernel_size": [3, 3, 3]},
            "conv2d.kernel_size: expected a whole number of at least 1 or a pair of whole numbers of at least 1; "
            "got [3, 3, 3]",
        ),
        (
            {"stride": 0},
            "conv2d.stride: expected a whole number of at least 1 or a pair of whole numbers of at least 1; got 0",
        ),
        (
            {"padding": "smae"},
            "conv2d.padding: expected one of valid, same or a whole number of at least 0 or a pair of whole numbers "
            "of at least 0; got 'smae'; did you mean 'same'?",
        ),
        (
            {"initializer": "hee"},
            "conv2d.initializer: unknown initializer 'hee'; did you mean 'he'? Known: "
            + ", ".join(INITIALIZERS.names()),
        ),
        ({"bias": "no"}, "conv2d.bias: expected true or false; got 'no'"),
        (
            {"dilation": [1, 0]},
            "conv2d.dilation: expected a whole number of at least 1 or a pair of whole numbers of at least 1; "
            "got [1, 0]",
        ),
        ({"groups": 0}, "conv2d.groups: expected a whole number of at least 1; got 0"),
        (
            {"filters": 16, "groups": 3},
            "conv2d.groups: expected a divisor of filters (1, 2, 4, 8 or 16), or filters: 18; got 3",
        ),
        ({"groups": 2}, "conv2d.groups: expected a divisor of filters (1), or filters: 2; got 2"),
    ],
    ids=str,
)
def test_messages_for_invalid_fields(fields, message):
    with pytest.raises(ConfigError) as caught:
        Conv2D(**{"filters": 1, "kernel_size": 3, **fields})
    assert str(caught.value) == message
