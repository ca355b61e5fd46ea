"""Global pooling, compared with values computed by hand."""

from __future__ import annotations

import numpy as np
import pytest

from nncli.core.errors import ShapeError
from nncli.nn.layers import GlobalAvgPool1D, GlobalAvgPool2D, GlobalMaxPool1D, GlobalMaxPool2D
from tests.nn.layers.run import channel, image, run


def test_the_mean_of_an_image():
    x = np.concatenate((image((1, 2, 3), (4, 5, 9)), image((0, 0, 0), (0, 0, -6))), axis=3)
    y, dx, _ = run(GlobalAvgPool2D(), x, np.array(((12.0, 6),)))
    np.testing.assert_array_equal(y, ((4, -1),))
    np.testing.assert_array_equal(dx, np.broadcast_to((2.0, 1), (1, 2, 3, 2)))


def test_the_first_of_tied_maxima_in_row_order_gets_the_gradient():
    x = np.concatenate((image((1, 7, 3), (7, 5, 7)), image((-4, -9, -9), (-9, -9, -3))), axis=3)
    y, dx, _ = run(GlobalMaxPool2D(), x, np.array(((10.0, 20),)))
    np.testing.assert_array_equal(y, ((7, -3),))
    np.testing.assert_array_equal(dx[..., :1], image((0, 10, 0), (0, 0, 0)))
    np.testing.assert_array_equal(dx[..., 1:], image((0, 0, 0), (0, 0, 20)))


def test_sequences_are_pooled_over_steps():
    y, dx, _ = run(GlobalAvgPool1D(), channel(1, 2, 6), np.array(((9.0,),)))
    np.testing.assert_array_equal(y, ((3,),))
    np.testing.assert_array_equal(dx, channel(3, 3, 3))
    y, dx, _ = run(GlobalMaxPool1D(), channel(1, 6, 6), np.array(((9.0,),)))
    np.testing.assert_array_equal(y, ((6,),))
    np.testing.assert_array_equal(dx, channel(0, 9, 0))


@pytest.mark.parametrize(
    ("cls", "wrong", "message"),
    [
        (GlobalMaxPool2D, (4, 3), "wants (height, width, channels)"),
        (GlobalAvgPool2D, (4,), "wants (height, width, channels)"),
        (GlobalAvgPool1D, (4, 3, 2), "wants (length, channels)"),
        (GlobalMaxPool2D, (4, 0, 2), "wants a height and a width of at least 1"),
        (GlobalMaxPool1D, (0, 2), "wants a length of at least 1"),
    ],
)
def test_wrong_input_shapes_are_refused(cls, wrong, message):
    with pytest.raises(ShapeError) as caught:
        cls().output_shape(wrong)
    assert str(caught.value) == message
