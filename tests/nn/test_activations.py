"""Activations: extreme inputs, output ranges and values computed by hand."""

from __future__ import annotations

from math import e, erfc, pi, sqrt

import numpy as np
import pytest

from nncli.core.builder import build
from nncli.core.errors import ConfigError, ShapeError
from nncli.core.registry import LAYERS
from nncli.nn.activation import Activation
from nncli.nn.activations import ELU, GELU, SELU, HardSwish, LeakyReLU, Mish, ReLU, SiLU, Softmax, Softplus, selu
from nncli.nn.activations.sigmoid import sigmoid
from nncli.nn.activations.softmax import softmax
from nncli.nn.context import Context, PassState
from nncli.nn.default_initializers import initializer_before
from tests.nn.layers.run import run

FLOATS = pytest.mark.parametrize("dtype", [np.float32, np.float64])
CONTEXT = Context(0, PassState(), True, {})


@pytest.fixture(autouse=True)
def _nothing_overflows():
    with np.errstate(over="raise", invalid="raise", divide="raise"):
        yield


@FLOATS
def test_sigmoid_of_large_inputs_does_not_overflow(dtype):
    y = sigmoid(np.array((-1e4, -100, 0, 100, 1e4), dtype))
    assert y.dtype == dtype
    assert y[0] == 0
    assert 0 <= y[1] < 1e-40
    assert y[2] == 0.5
    assert y[3] == y[4] == 1


def test_sigmoid_is_accurate_for_small_values():
    z = np.array((-700.0, -30, -1, 1))
    np.testing.assert_allclose(sigmoid(z), np.exp(z) / (1 + np.exp(z)), rtol=1e-14)
    np.testing.assert_allclose(sigmoid(z) + sigmoid(-z), 1, rtol=1e-15)


@FLOATS
def test_softmax_of_large_inputs_does_not_overflow(dtype):
    y = softmax(np.array(((1e4, -1e4, 0), (-1e4, -1e4, -1e4), (1e38, 0, -1e38)), dtype))
    assert y.dtype == dtype
    np.testing.assert_allclose(y, ((1, 0, 0), (1 / 3, 1 / 3, 1 / 3), (1, 0, 0)), rtol=1e-6)


def test_softmax_is_taken_over_the_last_axis():
    z = np.log(np.array((((1.0, 3), (1, 1)), ((2, 6), (9, 1)))))
    np.testing.assert_allclose(softmax(z), (((0.25, 0.75), (0.5, 0.5)), ((0.25, 0.75), (0.9, 0.1))), rtol=1e-14)


def test_softmax_is_shift_invariant_and_does_not_change_its_input():
    z = np.random.default_rng(0).standard_normal((4, 5))
    before = z.copy()
    np.testing.assert_allclose(softmax(z + 1000), softmax(z), rtol=1e-12)
    np.testing.assert_array_equal(z, before)


def test_softmax_of_one_unit_is_refused():
    with pytest.raises(ShapeError, match=r"wants two units or more.*use sigmoid"):
        Softmax().output_shape((1,))


def test_the_gradient_of_relu_at_zero_is_zero():
    x = np.array(((-1.0, 0.0, -0.0, 2.0),))
    y, backward = ReLU().forward({}, x, CONTEXT)
    np.testing.assert_array_equal(y, ((0, 0, 0, 2),))
    np.testing.assert_array_equal(backward(np.ones((1, 4)), {}), ((0, 0, 0, 1),))


@FLOATS
@pytest.mark.parametrize("cls", [cls for cls in LAYERS if issubclass(cls, Activation)], ids=lambda cls: cls.type_name)
def test_output_range_is_tight(cls, dtype):
    x = np.concatenate((np.linspace(-9, 9, 4000), np.random.default_rng(0).standard_normal(2000) * 100)).astype(dtype)
    y, _ = cls().forward({}, x.reshape(-1, 2), CONTEXT)
    low, high = cls().output_range or (-np.inf, np.inf)
    assert low <= y.min() < (low + 0.001 if low > -np.inf else -1)
    assert (high - 0.001 if high < np.inf else 100) < y.max() <= high


def test_output_range_depends_on_the_fields():
    assert ELU(alpha=0.3).output_range == (-0.3, np.inf)
    assert LeakyReLU(slope=0.3).output_range is None


def test_layers_before_activations_like_relu_use_he():
    activations = [cls() for cls in LAYERS if issubclass(cls, Activation)]
    advised = {item.type_name: name for item in activations if (name := initializer_before(item)) != "xavier"}
    like_relu = ("relu", "leaky_relu", "elu", "gelu", "silu", "hard_swish", "mish")
    assert advised == {**dict.fromkeys(like_relu, "he"), "selu": "lecun"}


def mean_square(cls):
    """Return E[f(z)^2] for a standard normal z, as a sum over a fine grid."""
    z = np.linspace(-12, 12, 4801)
    y, _ = cls().forward({}, z[None], CONTEXT)
    return float((y**2 * np.exp(-(z**2) / 2)).sum() * (z[1] - z[0]) / np.sqrt(2 * np.pi))


@pytest.mark.parametrize("cls", [LeakyReLU, ELU, GELU, SiLU, Softplus, HardSwish, Mish], ids=lambda cls: cls.type_name)
def test_the_default_initializer_keeps_the_variance_best(cls):
    # xavier (if fan_in = fan_out) draws weights of variance 1 / fan_in, and he of variance 2 / fan_in
    with_xavier = abs(np.log(mean_square(cls)))
    with_he = abs(np.log(2 * mean_square(cls)))
    assert (with_he < with_xavier) == (initializer_before(cls()) == "he")


def test_selu_keeps_mean_and_variance():
    z = np.linspace(-12, 12, 4801)
    y, _ = SELU().forward({}, z[None], CONTEXT)
    assert abs((y * np.exp(-(z**2) / 2)).sum() * (z[1] - z[0])) < 1e-5
    assert mean_square(SELU) == pytest.approx(1, rel=1e-5)


def test_constants_of_selu_match_the_paper():
    a, b = erfc(sqrt(0.5)) * sqrt(e), erfc(sqrt(2)) * e**2
    alpha = -sqrt(2 / pi) / (a - 1)  # equation (14) of the paper
    scale = (1 - a) * sqrt(2 * pi) / sqrt(2 * b + pi * a**2 - 2 * (2 + pi) * a + pi + 2)
    assert (pytest.approx(alpha, rel=2e-15), pytest.approx(scale, rel=2e-15)) == (selu.ALPHA, selu.SCALE)
    assert (repr(selu.ALPHA), repr(selu.SCALE)) == ("1.6732632423543772", "1.0507009873554805")


@pytest.mark.parametrize(
    ("activation", "at", "value", "slope"),
    [
        (LeakyReLU(), 0, 0, 0.01),
        (LeakyReLU(slope=1), -2, -2, 1),
        (LeakyReLU(slope=0), -2, 0, 0),
        (ELU(alpha=2), 0, 0, 2),
        (ELU(alpha=2), np.log(0.5), -1, 1),
        (ELU(alpha=0), -1, 0, 0),
        (SELU(), 0, 0, 1.7580993408473766),
        (SELU(), 1, 1.0507009873554805, 1.0507009873554805),
        (GELU(), 0, 0, 0.5),
        (GELU(approximate="tanh"), 0, 0, 0.5),
        (GELU(), 1, 0.8413447460685429, 1.0833154705876864),
        (SiLU(), 0, 0, 0.5),
        (SiLU(), np.log(3), 0.75 * np.log(3), 0.75 + 0.1875 * np.log(3)),
        (Softplus(), 0, np.log(2), 0.5),
        (Softplus(), np.log(3), np.log(4), 0.75),
        (HardSwish(), -3, 0, 0),
        (HardSwish(), -1.5, -0.375, 0),
        (HardSwish(), 0, 0, 0.5),
        (HardSwish(), 3, 3, 1),
        (HardSwish(), np.nextafter(3, 0), 3, 1.5),
        (HardSwish(), np.nextafter(-3, 0), 0, -0.5),
        (Mish(), 0, 0, 0.6),
        (Mish(), np.log(2), 0.8 * np.log(2), 0.8 + 0.24 * np.log(2)),  # t = 8/10, (1 - t^2) * s = 36/100 * 2/3
    ],
    ids=lambda value: getattr(value, "type_name", f"{value:g}" if isinstance(value, int | float) else None),
)
def test_values_and_slopes_match_calculations_by_hand(activation, at, value, slope):
    y, dx, _ = run(activation, np.array(((at, at),), np.float64), np.array(((1.0, -2.0),)))
    np.testing.assert_allclose(y, ((value, value),), rtol=1e-14, atol=1e-15)
    np.testing.assert_allclose(dx, ((slope, -2 * slope),), rtol=1e-14, atol=1e-15)


@FLOATS
def test_softplus_of_very_negative_inputs_is_positive(dtype):
    x = np.array((-17, -40, -80), dtype)
    y, dx, _ = run(Softplus(), x[None])
    for found in (y[0], dx[0]):  # for a tiny e = exp(x), log(1 + e) and its derivative round to e
        np.testing.assert_allclose(found, np.exp(x), rtol=1e-6)


def test_names_of_other_libraries_are_aliases():
    names = {"swish": SiLU, "hardswish": HardSwish, "hard_silu": HardSwish, "leakyrelu": LeakyReLU}
    assert {name: LAYERS.find(name) for name in names} == names


@pytest.mark.parametrize("key", ["negative_slope", "alpha"])
def test_keys_of_other_libraries_for_slope_give_advice(key):
    with pytest.raises(ConfigError, match=f"unknown key '{key}' for leaky_relu: write slope"):
        build(LAYERS, {"type": "leaky_relu", key: 0.2})
