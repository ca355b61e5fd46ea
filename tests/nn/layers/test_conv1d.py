"""1D convolution, compared with values computed by hand, NumPy, and conv2d over an image of height 1."""

from __future__ import annotations

import numpy as np
import pytest

from nncli.core.errors import ConfigError, ShapeError
from nncli.nn.layers import Conv1D, Conv2D
from tests.nn.layers.run import channel, run


def test_by_hand():
    W = np.array((1.0, -2))[:, None, None]
    layer = Conv1D(filters=1, kernel_size=2, stride=2, padding=1)
    y, dx, g = run(layer, channel(3, 5, 7), channel(1, 10), weight=W, bias=np.array((0.5,)))
    np.testing.assert_array_equal(y, channel(0 - 6 + 0.5, 5 - 14 + 0.5))  # windows (0, 3) and (5, 7)
    np.testing.assert_array_equal(dx, channel(-2, 10, -20))
    np.testing.assert_array_equal(g["weight"], ((((50.0,),), ((3 + 70.0,),))))
    assert g["bias"] == 11


def test_one_channel_matches_numpy():
    random = np.random.default_rng(0)
    x, W = random.standard_normal((3, 12, 1)), random.standard_normal((5, 1, 2))
    for padding, mode in (("valid", "valid"), ("same", "same"), (4, "full")):
        y, _, _ = run(Conv1D(filters=2, kernel_size=5, padding=padding, bias=False), x, weight=W)
        expected = [[np.correlate(row[:, 0], W[:, 0, f], mode) for f in range(2)] for row in x]
        np.testing.assert_allclose(y, np.moveaxis(expected, 1, 2), rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize(
    "fields",
    [
        {"stride": 2, "padding": "same"},
        {"dilation": 3, "padding": 2},
        {"groups": 2, "stride": 3},
        {"groups": 4, "dilation": 2},
    ],
    ids=str,
)
def test_conv1d_equals_conv2d_over_an_image_of_height_1(fields):
    random = np.random.default_rng(0)
    layer = Conv1D(filters=4, kernel_size=3, **fields)
    x, W = random.standard_normal((3, 9, 4)), random.standard_normal((3, 4 // layer.groups, 4))
    dy = random.standard_normal((3, *layer.output_shape((9, 4))))
    y, dx, g = run(layer, x, dy, weight=W, bias=np.ones(4))
    wide = {key: value if key == "groups" else (1, value) for key, value in fields.items()}
    padding = fields.get("padding", 0)
    wide["padding"] = padding if padding == "same" else (0, padding)
    over_images = Conv2D(filters=4, kernel_size=(1, 3), **wide)
    image_y, image_dx, image_g = run(over_images, x[:, None], dy[:, None], weight=W[None], bias=np.ones(4))
    for found, expected in ((y, image_y), (dx, image_dx)):
        np.testing.assert_array_equal(found, expected[:, 0])
    np.testing.assert_array_equal(g["weight"], image_g["weight"][0])


def test_parameters():
    layer = Conv1D(filters=6, kernel_size=5, groups=2, initializer="he")
    weight, bias = layer.parameters((20, 4)).values()
    assert (weight.shape, weight.fan_in, weight.fan_out, bias.shape) == ((5, 2, 6), 10, 15, (6,))


@pytest.mark.parametrize("shape", [(64,), (8, 8, 1)], ids=str)
def test_inputs_must_be_sequences(shape):
    with pytest.raises(ShapeError, match=r"^wants \(length, channels\)$"):
        Conv1D(filters=1, kernel_size=3).output_shape(shape)


@pytest.mark.parametrize("field", ["kernel_size", "stride", "dilation"])
def test_sizes_must_be_single_numbers(field):
    with pytest.raises(ConfigError) as caught:
        Conv1D(**{"filters": 1, "kernel_size": 3, field: [1, 3]})
    assert str(caught.value) == f"conv1d.{field}: expected a whole number of at least 1; got [1, 3]"
