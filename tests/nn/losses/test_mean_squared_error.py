"""Mean squared error, worked by hand."""

from __future__ import annotations

import numpy as np

from nncli.nn.losses import MeanSquaredError

OUTPUT, TARGETS = np.array(((1.0, 2), (0, 4))), np.array(((3.0, 2), (1, 1)))


def test_the_plain_mean_over_the_units_summed_over_the_rows():
    # differences -2, 0 and -1, 3: (4 + 0) / 2 + (1 + 9) / 2 = 7; no half in front of the square
    prediction, total, backward = MeanSquaredError().forward(OUTPUT, TARGETS, None)
    assert total == 7
    np.testing.assert_array_equal(backward(1.0), ((-2, 0), (-1, 3)))
    np.testing.assert_array_equal(backward(0.5), ((-1, 0), (-0.5, 1.5)))
    assert prediction is OUTPUT


def test_weights():
    _, total, backward = MeanSquaredError().forward(OUTPUT, TARGETS, np.array((2.0, 0.5)))
    assert total == 2 * 2 + 0.5 * 5
    np.testing.assert_array_equal(backward(1.0), ((-4, 0), (-0.5, 1.5)))


def test_targets_take_the_outputs_shape_and_type():
    encoded = MeanSquaredError().encode(np.array((1, 2, 3)), (1,), np.dtype(np.float32))
    np.testing.assert_array_equal(encoded, ((1,), (2,), (3,)))
    assert encoded.dtype == np.float32
    assert MeanSquaredError().encode(np.zeros((3, 4)), (2, 2), np.dtype(np.float64)).shape == (3, 2, 2)
