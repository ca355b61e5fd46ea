"""Binary cross-entropy, compared with values computed by hand."""

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


def test_logits_and_probabilities_give_the_same_loss():
    z, y = np.random.default_rng(0).standard_normal((6, 1)), column(0, 1, 1, 0, 1, 0)
    q, total, backward = BinaryCrossEntropy(from_logits=True).forward(z, y, None)
    _, same, through = BinaryCrossEntropy().forward(q, y, None)
    assert same == pytest.approx(total)
    np.testing.assert_allclose(through(1.0) * q * (1 - q), backward(1.0))


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_probabilities_of_0_and_1_give_finite_losses(dtype):
    epsilon = float(np.finfo(dtype).eps)
    output, targets = column(0, 1, 0, 1, dtype=dtype), column(1, 0, 0, 1, dtype=dtype)
    _, total, backward = BinaryCrossEntropy().forward(output, targets, None)
    assert total == pytest.approx(-2 * log(epsilon), rel=0.05)
    gradient = backward(1.0)
    assert np.isfinite(gradient).all()
    assert gradient[0] < -1e6 < 1e6 < gradient[1]  # wrong predictions have large gradients
    assert np.abs(gradient[2:]).max() < 2


def test_large_logits_give_exact_losses():
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


def test_binary_cross_entropy_absorbs_sigmoid():
    assert BinaryCrossEntropy().absorbs == "sigmoid"


def test_positive_weight_multiplies_the_loss_of_positive_targets():
    q, y = column(0.9, 0.2), column(1, 0)
    _, total, backward = BinaryCrossEntropy(positive_weight=3).forward(q, y, None)
    assert total == pytest.approx(-3 * log(0.9) - log(0.8))
    np.testing.assert_allclose(backward(1.0), column(-3 / 0.9, 1 / 0.8))
    z = np.log(q / (1 - q))
    _, total, backward = BinaryCrossEntropy(from_logits=True, positive_weight=3).forward(z, y, None)
    assert total == pytest.approx(-3 * log(0.9) - log(0.8))
    np.testing.assert_allclose(backward(1.0), column(-3 * 0.1, 0.2))


def test_positive_weight_is_accurate_for_large_logits():
    z, y = column(1e4, -1e4, 50, -50), column(1, 1, 1, 0)
    _, total, backward = BinaryCrossEntropy(from_logits=True, positive_weight=2).forward(z, y, None)
    assert total == pytest.approx(2e4)
    np.testing.assert_allclose(backward(1.0), column(0, -2, 0, 0), atol=1e-15)
    _, small, _ = BinaryCrossEntropy(from_logits=True, positive_weight=2).forward(z[2:], y[2:], None)
    assert small == pytest.approx(3 * exp(-50), rel=1e-9), "small losses are not rounded away"


def test_label_smoothing_moves_the_targets():
    # with label_smoothing 0.4, a target of 1 becomes 0.8 and a target of 0 becomes 0.2
    q, y = column(0.9, 0.2), column(1, 0)
    _, total, _ = BinaryCrossEntropy(label_smoothing=0.4).forward(q, y, None)
    assert total == pytest.approx(-0.8 * log(0.9) - 0.2 * log(0.1) - 0.2 * log(0.2) - 0.8 * log(0.8))
    _, _, backward = BinaryCrossEntropy(from_logits=True, label_smoothing=0.4).forward(np.log(q / (1 - q)), y, None)
    np.testing.assert_allclose(backward(1.0), q - column(0.8, 0.2))


def test_the_loss_of_a_row_is_the_mean_over_its_labels():
    q, y = np.array(((0.9, 0.2), (0.5, 0.7))), np.array(((1.0, 0), (0, 1)))
    expected = -log(0.9) - log(0.8), -log(0.5) - log(0.7)
    _, total, backward = BinaryCrossEntropy().forward(q, y, np.array((1.0, 3)))
    assert total == pytest.approx(expected[0] / 2 + 3 * expected[1] / 2)
    np.testing.assert_allclose(backward(1.0), ((-0.5 / 0.9, 0.5 / 0.8), (1.5 / 0.5, -1.5 / 0.7)))
    own = BinaryCrossEntropy(positive_weight=(2, 5))
    assert own.forward(q, y, None)[1] == pytest.approx((-2 * log(0.9) - log(0.8) - log(0.5) - 5 * log(0.7)) / 2)


def test_baseline_is_the_loss_of_the_best_constant():
    y = np.array(((1.0, 1), (0, 1), (0, 1), (0, 1)))
    half = log(2)
    assert BinaryCrossEntropy().baseline(y[:, :1]) == pytest.approx(-0.25 * log(0.25) - 0.75 * log(0.75))
    assert BinaryCrossEntropy().baseline(y[:, :1], np.array((3.0, 1, 1, 1))) == pytest.approx(half)
    # one target of 1 with weight 3 and three of 0: the best probability is 1/2, with a loss of 1.5 * log(2) per row
    assert BinaryCrossEntropy(positive_weight=3).baseline(y[:, :1]) == pytest.approx(1.5 * half)
    assert BinaryCrossEntropy(positive_weight=(3, 1)).baseline(y) == pytest.approx(0.75 * half)
    assert BinaryCrossEntropy().baseline(y[:, 1:]) == 0
