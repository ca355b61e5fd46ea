"""Binary cross-entropy, worked by hand."""

from __future__ import annotations

from math import exp, log

import numpy as np
import pytest

from nncli.nn.losses import BinaryCrossEntropy


def column(*values, dtype=np.float64):
    return np.array(values, dtype)[:, None]


def test_from_probabilities():
    prediction, total, backward = BinaryCrossEntropy().forward(column(0.9, 0.2), column(1, 0), None)
    assert total == pytest.approx(-log(0.9) - log(0.8))
    np.testing.assert_allclose(backward(0.5), column(-0.5 / 0.9, 0.5 / 0.8))
    np.testing.assert_array_equal(prediction, column(0.9, 0.2))


def test_from_logits():
    z = column(2.0, -1.0)
    q = 1 / (1 + np.exp(-z))
    prediction, total, backward = BinaryCrossEntropy(from_logits=True).forward(z, column(1, 1), None)
    assert total == pytest.approx(log(1 + exp(-2)) + log(1 + exp(1)))
    np.testing.assert_allclose(backward(0.5), 0.5 * (q - 1))
    np.testing.assert_allclose(prediction, q)


def test_both_ways_are_one_loss():
    z, y = np.random.default_rng(0).standard_normal((6, 1)), column(0, 1, 1, 0, 1, 0)
    q, total, backward = BinaryCrossEntropy(from_logits=True).forward(z, y, None)
    _, same, through = BinaryCrossEntropy().forward(q, y, None)
    assert same == pytest.approx(total)
    np.testing.assert_allclose(through(1.0) * q * (1 - q), backward(1.0))


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_the_logarithm_of_zero(dtype):
    epsilon = float(np.finfo(dtype).eps)
    output, targets = column(0, 1, 0, 1, dtype=dtype), column(1, 0, 0, 1, dtype=dtype)
    _, total, backward = BinaryCrossEntropy().forward(output, targets, None)
    assert total == pytest.approx(-2 * log(epsilon), rel=0.05)
    gradient = backward(1.0)
    assert np.isfinite(gradient).all()
    assert gradient[0] < -1e6 < 1e6 < gradient[1]  # the wrong ones are pushed back hard
    assert np.abs(gradient[2:]).max() < 2


def test_logits_far_from_zero():
    z = column(1e4, -1e4, 1e4, -1e4, dtype=np.float32)
    prediction, total, backward = BinaryCrossEntropy(from_logits=True).forward(
        z, column(1, 0, 0, 1, dtype=np.float32), None
    )
    assert total == 2e4
    np.testing.assert_array_equal(backward(1.0), column(0, 0, 1, -1))
    np.testing.assert_array_equal(prediction, column(1, 0, 1, 0))


def test_targets_become_a_column():
    encoded = BinaryCrossEntropy().encode(np.array((0, 1, 1)), (1,), np.dtype(np.float32))
    np.testing.assert_array_equal(encoded, column(0, 1, 1))
    assert encoded.dtype == np.float32


def test_outputs_that_do_not_suit():
    loss = BinaryCrossEntropy()
    assert loss.absorbs == "sigmoid"
    assert loss.loss_fault((1,)) is None
    assert "binary_cross_entropy wants 1 unit at the end; the model gives (3,)" in loss.loss_fault((3,))
    assert loss.output_fault((1,), (), 2) is None
    assert "10 classes, 1 unit" in loss.output_fault((1,), (), 10)
    assert "cross_entropy" in loss.output_fault((1,), (), 10)
    assert "1 class, 1 unit" in loss.output_fault((1,), (), 1)
