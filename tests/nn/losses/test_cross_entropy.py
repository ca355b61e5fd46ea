"""Cross-entropy, compared with values computed by hand."""

from __future__ import annotations

from math import log

import numpy as np
import pytest

from nncli.nn.activations import Softmax
from nncli.nn.context import Context, PassState
from nncli.nn.losses import CrossEntropy

TARGETS = np.array((2, 0))


def test_from_probabilities():
    q = np.array(((0.1, 0.2, 0.7), (0.5, 0.25, 0.25)))
    prediction, total, backward = CrossEntropy().forward(q, TARGETS, None)
    assert total == pytest.approx(-log(0.7) - log(0.5))
    np.testing.assert_allclose(backward(0.5), ((0, 0, -0.5 / 0.7), (-1, 0, 0)))
    np.testing.assert_array_equal(prediction, q)


def test_from_logits():
    q = np.array(((0.1, 0.2, 0.7), (0.5, 0.25, 0.25)))
    prediction, total, backward = CrossEntropy(from_logits=True).forward(np.log(q) + 5, TARGETS, None)
    assert total == pytest.approx(-log(0.7) - log(0.5))
    np.testing.assert_allclose(backward(0.5), ((0.05, 0.1, -0.15), (-0.25, 0.125, 0.125)))
    np.testing.assert_allclose(prediction, q)


def test_logits_and_probabilities_give_the_same_loss():
    z = np.random.default_rng(0).standard_normal((2, 3))
    _, total, backward = CrossEntropy(from_logits=True).forward(z, TARGETS, None)
    q, through_softmax = Softmax().forward({}, z, Context(0, PassState(), True, {}))
    _, same, through = CrossEntropy().forward(q, TARGETS, None)
    assert same == pytest.approx(total)
    np.testing.assert_allclose(through_softmax(through(1.0), {}), backward(1.0), rtol=1e-10)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_a_probability_of_0_gives_a_finite_loss(dtype):
    _, total, backward = CrossEntropy().forward(np.array(((1, 0, 0), (1, 0, 0)), dtype), TARGETS, None)
    assert total == pytest.approx(-log(np.finfo(dtype).eps), rel=1e-6)
    assert np.isfinite(backward(1.0)).all()
    assert backward(1.0)[0, 2] < -1e6


def test_large_logits_give_exact_losses():
    z = np.array(((1e4, -1e4, 0), (1e4, -1e4, 0)), np.float32)
    _, total, backward = CrossEntropy(from_logits=True).forward(z, np.array((0, 1)), None)
    assert total == 2e4
    np.testing.assert_array_equal(backward(1.0), ((0, 0, 0), (1, -1, 0)))


def test_small_losses_are_not_rounded_away():
    z = np.array(((40.0, 0, 0),))
    assert CrossEntropy(from_logits=True).forward(z, np.array((0,)), None)[1] < 1e-15
    assert CrossEntropy(from_logits=True).forward(z - 40, np.array((1,)), None)[1] == pytest.approx(40)


def test_encoded_targets_are_class_numbers():
    encoded = CrossEntropy().encode(np.array((2.0, 0.0, 1.0)), (3,), np.dtype(np.float32))
    np.testing.assert_array_equal(encoded, (2, 0, 1))
    assert encoded.dtype == np.intp


def test_cross_entropy_absorbs_softmax():
    assert CrossEntropy().absorbs == "softmax"


def test_label_smoothing_spreads_the_targets():
    # label_smoothing 0.3 with three classes: the target of the true class is 0.8, the others are 0.1
    q = np.array(((0.1, 0.2, 0.7), (0.5, 0.25, 0.25)))
    expected = -0.1 * log(0.1) - 0.1 * log(0.2) - 0.8 * log(0.7) - 0.8 * log(0.5) - 0.2 * log(0.25)
    _, total, backward = CrossEntropy(label_smoothing=0.3).forward(q, TARGETS, None)
    assert total == pytest.approx(expected)
    np.testing.assert_allclose(backward(1.0), ((-1, -0.5, -0.8 / 0.7), (-1.6, -0.4, -0.4)))
    prediction, total, backward = CrossEntropy(from_logits=True, label_smoothing=0.3).forward(
        np.log(q) + 5, TARGETS, None
    )
    assert total == pytest.approx(expected)
    np.testing.assert_allclose(backward(1.0), ((0, 0.1, -0.1), (-0.3, 0.15, 0.15)), atol=1e-15)
    np.testing.assert_allclose(prediction, q)


def test_a_tiny_label_smoothing_hardly_changes_the_loss():
    z = np.random.default_rng(0).standard_normal((2, 3)).astype(np.float32)
    plain, smoothed = (CrossEntropy(from_logits=True, label_smoothing=share) for share in (0, 1e-12))
    assert smoothed.forward(z, TARGETS, None)[1] == pytest.approx(plain.forward(z, TARGETS, None)[1], rel=1e-6)


def test_baseline_is_the_entropy_of_the_smoothed_frequencies():
    shares = 0.7 * np.array((0.5, 0.25, 0.25)) + 0.1
    found = CrossEntropy(label_smoothing=0.3).baseline(np.array((0, 0, 1, 2)))
    assert found == pytest.approx(-(shares * np.log(shares)).sum())
