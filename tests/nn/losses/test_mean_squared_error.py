"""Mean squared error, compared with values computed by hand."""

from __future__ import annotations

import numpy as np

from nncli.nn.losses import MeanSquaredError

OUTPUT, TARGETS = np.array(((1.0, 2), (0, 4))), np.array(((3.0, 2), (1, 1)))


def test_loss_is_the_mean_over_units_summed_over_rows():
    # differences -2, 0 and -1, 3: (4 + 0) / 2 + (1 + 9) / 2 = 7; there is no factor of 1/2
    prediction, total, backward = MeanSquaredError().forward(OUTPUT, TARGETS, None)
    assert total == 7
    np.testing.assert_array_equal(backward(1.0), ((-2, 0), (-1, 3)))
    np.testing.assert_array_equal(backward(0.5), ((-1, 0), (-0.5, 1.5)))
    assert prediction is OUTPUT


def test_weights_multiply_losses_and_gradients():
    _, total, backward = MeanSquaredError().forward(OUTPUT, TARGETS, np.array((2.0, 0.5)))
    assert total == 2 * 2 + 0.5 * 5
    np.testing.assert_array_equal(backward(1.0), ((-4, 0), (-0.5, 1.5)))


def test_encoded_targets_have_the_shape_and_dtype_of_the_output():
    encoded = MeanSquaredError().encode(np.array((1, 2, 3)), (1,), np.dtype(np.float32))
    np.testing.assert_array_equal(encoded, ((1,), (2,), (3,)))
    assert encoded.dtype == np.float32
    assert MeanSquaredError().encode(np.zeros((3, 4)), (2, 2), np.dtype(np.float64)).shape == (3, 2, 2)
