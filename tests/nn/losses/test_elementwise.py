"""Elementwise losses, compared with values computed by hand."""

from __future__ import annotations

from math import exp, inf, log

import numpy as np
import pytest

from nncli.core.errors import ConfigError
from nncli.nn.losses import Huber, MeanAbsoluteError, Poisson, Quantile

OUTPUT, TARGETS = np.array(((1.0, 2), (0, 4))), np.array(((3.0, 2), (1, 1)))  # differences -2, 0 and -1, 3
LOSSES = [MeanAbsoluteError(), Huber(), Quantile(), Poisson()]


def test_mean_absolute_error():
    # the loss is (2 + 0) / 2 + (1 + 3) / 2
    prediction, total, backward = MeanAbsoluteError().forward(OUTPUT, TARGETS, None)
    assert total == 3
    np.testing.assert_array_equal(backward(1.0), ((-0.5, 0), (-0.5, 0.5)))
    assert prediction is OUTPUT


def test_huber():
    # the loss is (1 * (2 - 1/2) + 0) / 2 + (1/2 + 1 * (3 - 1/2)) / 2
    _, total, backward = Huber().forward(OUTPUT, TARGETS, None)
    assert total == 1.5 / 2 + 3 / 2
    np.testing.assert_array_equal(backward(1.0), ((-0.5, 0), (-0.5, 0.5)))


def test_huber_is_quadratic_up_to_delta_and_linear_above():
    # with delta 2, the loss is (4/2 + 0) / 2 + (1/2 + 2 * (3 - 1)) / 2
    _, total, backward = Huber(delta=2).forward(OUTPUT, TARGETS, None)
    assert total == 2 / 2 + 4.5 / 2
    np.testing.assert_array_equal(backward(2.0), ((-2, 0), (-1, 2)))
    far = np.array(((1e30,), (-1e30,)), np.float32)
    _, total, backward = Huber(delta=0.5).forward(far, np.zeros_like(far), None)
    assert total == pytest.approx(1e30), "the square would be infinite"
    np.testing.assert_array_equal(backward(1.0), ((0.5,), (-0.5,)))


def test_quantile():
    # quantile 0.75: predictions that are 2 and 1 too low cost 1.5 and 0.75; a prediction that is 3 too high costs 0.75
    _, total, backward = Quantile(quantile=0.75).forward(OUTPUT, TARGETS, None)
    assert total == (1.5 + 0) / 2 + (0.75 + 0.75) / 2
    np.testing.assert_array_equal(backward(1.0), ((-0.375, 0), (-0.375, 0.125)))
    assert Quantile().forward(OUTPUT, TARGETS, None)[1] == MeanAbsoluteError().forward(OUTPUT, TARGETS, None)[1] / 2


def test_poisson_with_log_input():
    prediction, total, backward = Poisson().forward(OUTPUT, TARGETS, None)
    assert total == pytest.approx((exp(1) - 3 + exp(2) - 4) / 2 + (1 - 0 + exp(4) - 4) / 2)
    np.testing.assert_allclose(backward(1.0), (np.exp(OUTPUT) - TARGETS) / 2)
    np.testing.assert_allclose(prediction, np.exp(OUTPUT))


def test_poisson_without_log_input():
    rates = np.array(((2.0,), (0.5,)))
    prediction, total, backward = Poisson(log_input=False).forward(rates, np.array(((3.0,), (0.0,))), None)
    assert total == pytest.approx(2 - 3 * log(2) + 0.5)
    np.testing.assert_allclose(backward(1.0), ((1 - 3 / 2,), (1,)))
    assert prediction is rates


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_poisson_of_a_zero_rate_is_finite(dtype):
    epsilon = float(np.finfo(dtype).eps)
    rates, counts = np.zeros((2, 1), dtype), np.array(((0,), (2,)), dtype)
    _, total, backward = Poisson(log_input=False).forward(rates, counts, None)
    assert total == pytest.approx(-2 * log(epsilon), rel=1e-6)
    np.testing.assert_allclose(backward(1.0), ((1,), (1 - 2 / epsilon,)), rtol=1e-6)


def test_weights_multiply_losses_and_gradients():
    weights = np.array((2.0, 0.5))
    for loss in LOSSES:
        each = [loss.forward(OUTPUT[[row]], TARGETS[[row]], None)[1] for row in (0, 1)]
        _, total, backward = loss.forward(OUTPUT, TARGETS, weights)
        assert total == pytest.approx(2 * each[0] + 0.5 * each[1], rel=1e-14)
        plain = loss.forward(OUTPUT, TARGETS, None)[2](1.0)
        np.testing.assert_allclose(backward(1.0), plain * weights[:, None])


def test_baseline_is_the_loss_of_the_best_constant():
    # the median of 1, 2, 9 is 2; with weights 1, 1, 3 it is 9
    y = np.array(((1.0,), (2,), (9,)))
    assert MeanAbsoluteError().baseline(y) == pytest.approx((1 + 0 + 7) / 3)
    assert MeanAbsoluteError().baseline(y, np.array((1.0, 1, 3))) == pytest.approx((8 + 7) / 5)
    assert Quantile(quantile=0.9).baseline(y) == pytest.approx((1 - 0.9) * (8 + 7) / 3)
    # the mean of 0, 1, 5 is 2; if all counts are 0, the loss is 0
    counts = np.array(((0.0, 0), (1, 0), (5, 0)))
    assert Poisson().baseline(counts) == pytest.approx((2 - 2 * log(2) + 0) / 2)
    assert Poisson(log_input=False).baseline(counts) == Poisson().baseline(counts)


def test_the_best_constant_of_huber_is_between_median_and_mean():
    # 0 and 1 are within delta of the constant c, and 10 has the gradient -delta: (c - 0) + (c - 1) = delta, so c = 1.5
    y = np.array(((0.0,), (1,), (10,)))
    assert Huber(delta=2).baseline(y) == pytest.approx((1.5**2 / 2 + 0.5**2 / 2 + 2 * (8.5 - 1)) / 3)
    assert Huber(delta=1e6).baseline(y) == pytest.approx(np.var(y) / 2)
    assert Huber(delta=1e-9).baseline(y) == pytest.approx(1e-9 * MeanAbsoluteError().baseline(y))
    assert Huber().baseline(np.full((4, 1), 3.0)) == 0


@pytest.mark.parametrize(
    ("cls", "fields"),
    [(Huber, {"delta": 0}), (Huber, {"delta": -1}), (Quantile, {"quantile": 0}), (Quantile, {"quantile": 1})],
)
def test_fields_out_of_range_are_refused(cls, fields):
    with pytest.raises(ConfigError, match="expected a number"):
        cls(**fields)


def test_poisson_refuses_unsuitable_last_layers():
    logarithms, rates = Poisson(), Poisson(log_input=False)
    assert logarithms.last_layer_problem("dense", None) is rates.last_layer_problem("relu", (0.0, inf)) is None
    assert logarithms.last_layer_problem("relu", (0.0, inf)) == (
        "poisson interprets the outputs as logarithms of the rate, but the model ends in relu; "
        "write {type: poisson, log_input: false}, or drop relu"
    )
    assert logarithms.last_layer_problem("tanh", (-1.0, 1.0)).endswith("but the model ends in tanh; drop it")
    for last, bounds in (("dense", None), ("tanh", (-1.0, 1.0))):
        fault = rates.last_layer_problem(last, bounds)
        assert f"wants rates, which are never negative, but the model ends in {last}; end it in " in fault
        assert "relu" in fault.partition("end it in ")[2]
