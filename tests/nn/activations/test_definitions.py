"""Activations and derivatives match their definitions, computed number by number with the standard library."""

from __future__ import annotations

from math import cosh, erfc, exp, expm1, log1p, pi, sqrt, tanh

import numpy as np
import pytest

from nncli.core.builder import build
from nncli.core.registry import LAYERS
from tests.nn.layers.run import run

LAMBDA, ALPHA = 1.0507009873554804934193349852946, 1.6732632423543772848170429916717


def logistic(x):
    return 1 / (1 + exp(-x)) if x > 0 else exp(x) / (1 + exp(x))


def phi(x):
    return exp(-x * x / 2) / sqrt(2 * pi)


def normal(x):
    return erfc(-x / sqrt(2)) / 2


def z(x):
    return sqrt(2 / pi) * (x + 0.044715 * x**3)


def mish_slope(x):
    """Return the derivative of mish by the formula of the paper."""
    omega = 4 * (x + 1) + 4 * exp(2 * x) + exp(3 * x) + exp(x) * (4 * x + 6)
    return exp(x) * omega / (2 * exp(x) + exp(2 * x) + 2) ** 2


DEFINITIONS = {  # config: (value, derivative)
    "relu": (lambda x: max(x, 0), lambda x: x > 0),
    "sigmoid": (logistic, lambda x: logistic(x) * logistic(-x)),
    "tanh": (tanh, lambda x: cosh(x) ** -2),
    "leaky_relu": (lambda x: x if x > 0 else x / 100, lambda x: 1 if x > 0 else 0.01),
    "elu": (lambda x: x if x > 0 else expm1(x), lambda x: 1 if x > 0 else exp(x)),
    "selu": (
        lambda x: LAMBDA * (x if x > 0 else ALPHA * expm1(x)),
        lambda x: LAMBDA * (1 if x > 0 else ALPHA * exp(x)),
    ),
    "gelu": (lambda x: x * normal(x), lambda x: normal(x) + x * phi(x)),
    "gelu, approximate: tanh": (
        lambda x: x * logistic(2 * z(x)),
        lambda x: (
            logistic(2 * z(x))
            + x * logistic(2 * z(x)) * logistic(-2 * z(x)) * 2 * sqrt(2 / pi) * (1 + 3 * 0.044715 * x**2)
        ),
    ),
    "silu": (lambda x: x * logistic(x), lambda x: logistic(x) * (1 + x * logistic(-x))),
    "softplus": (lambda x: max(x, 0) + log1p(exp(-abs(x))), logistic),
    "hard_swish": (
        lambda x: 0 if x <= -3 else x if x >= 3 else x * (x + 3) / 6,
        lambda x: 0 if x <= -3 else 1 if x >= 3 else (2 * x + 3) / 6,
    ),
    "mish": (lambda x: x * expm1(2 * log1p(exp(x))) / (expm1(2 * log1p(exp(x))) + 2), mish_slope),
}
over_all = pytest.mark.parametrize("name", DEFINITIONS)


def build_activation(name):
    type_name, _, fields = name.partition(", ")
    return build(LAYERS, {"type": type_name, **dict(part.split(": ") for part in fields.split(", ") if part)})


@pytest.fixture(autouse=True)
def _nothing_overflows():
    with np.errstate(over="raise", invalid="raise", divide="raise"):
        yield


@over_all
def test_values_and_derivatives_match_the_definition(name):
    value, slope = DEFINITIONS[name]
    x = np.concatenate((np.linspace(-8, 8, 641), np.linspace(-25, 25, 102), (-1e-9, 1e-9, -3e-5, -0.0)))
    y, dx, _ = run(build_activation(name), x[None])
    np.testing.assert_allclose(y[0], [value(v) for v in x.tolist()], rtol=1e-13, atol=1e-18)
    np.testing.assert_allclose(dx[0], [slope(v) for v in x.tolist()], rtol=1e-13, atol=4e-16)


@over_all
def test_float32_values_and_derivatives_match_the_definition(name):
    value, slope = DEFINITIONS[name]
    x = np.concatenate((np.linspace(-8, 8, 641), (-1e-7, 1e-7, -3e-4))).astype(np.float32)
    y, dx, _ = run(build_activation(name), x[None])
    assert y.dtype == dx.dtype == np.float32
    np.testing.assert_allclose(y[0], [value(v) for v in x.tolist()], rtol=1e-5, atol=1e-13)
    np.testing.assert_allclose(dx[0], [slope(v) for v in x.tolist()], rtol=1e-5, atol=4e-7)


# name: (value far below zero, slope far below zero, slope far above zero); the value None means slope * x
# far above zero, the value is always slope * x
LIMITS = {
    "relu": (0, 0, 1),
    "leaky_relu": (None, 0.01, 1),
    "elu": (-1, 0, 1),
    "selu": (-LAMBDA * ALPHA, 0, LAMBDA),
    "gelu": (0, 0, 1),
    "gelu, approximate: tanh": (0, 0, 1),
    "silu": (0, 0, 1),
    "softplus": (0, 0, 1),
    "hard_swish": (0, 0, 1),
    "mish": (0, 0, 1),
}


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("name", LIMITS)
def test_values_and_slopes_for_huge_inputs_equal_their_limits(name, dtype):
    low, below, above = LIMITS[name]
    far = np.array((1e3, 1e10, 3e38), dtype)
    if dtype == np.float64:
        far = np.append(far, 1e308)
    y, dx, _ = run(build_activation(name), np.stack((-far, far)), np.ones((2, len(far)), dtype))
    tiny, close = np.finfo(dtype).tiny, {"rtol": 4 * np.finfo(dtype).eps}
    np.testing.assert_allclose(y[0], -far * dtype(below) if low is None else np.full_like(far, low), **close, atol=tiny)
    np.testing.assert_allclose(y[1], far * dtype(above), **close)
    np.testing.assert_allclose(dx[0], np.full_like(far, below), **close, atol=4 * np.finfo(dtype).eps)
    np.testing.assert_allclose(dx[1], np.full_like(far, above), **close)


@over_all
def test_nan_inputs_give_nan_outputs(name):
    y, _, _ = run(build_activation(name), np.array(((np.nan, 1.0),)))
    assert np.isnan(y).tolist() == [[True, False]]


def test_this_file_covers_all_nonlinear_activations_except_softmax():
    names = {name.partition(",")[0] for name in DEFINITIONS}
    activations = {cls.type_name for cls in LAYERS if cls.__module__.startswith("nncli.nn.activations.")}
    assert activations - names == {"linear", "softmax"}
    assert names - {name.partition(",")[0] for name in LIMITS} == {"sigmoid", "tanh"}
