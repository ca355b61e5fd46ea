"""The numbers of every random initializer follow the distribution that its docstring names."""

from __future__ import annotations

from math import erf, sqrt

import numpy as np
import pytest

from nncli.core.builder import build
from nncli.core.errors import ConfigError
from nncli.core.registry import INITIALIZERS
from nncli.nn.initializers import Constant

COUNT, FAN_IN, FAN_OUT = 20_000, 30, 45
UNIFORM = {"lecun_uniform": sqrt(3 / 30), "he_uniform": sqrt(6 / 30), "xavier_uniform": sqrt(6 / 75)}
NORMAL = {"lecun": sqrt(1 / 30), "he": sqrt(2 / 30), "xavier": sqrt(2 / 75), "normal": 0.01}
FARTHEST = 1.95 / sqrt(COUNT)  # of one sample of a thousand, the distribution is farther away (Kolmogorov)


def drawn(config, shape=(COUNT,), seed=1):
    return build(INITIALIZERS, config).draw(np.random.default_rng(seed), shape, FAN_IN, FAN_OUT)


def distance(values, distribution):
    """The largest distance between the share of the values up to x, and what it should be."""
    expected = distribution(np.sort(values))
    shares = np.arange(len(values) + 1) / len(values)
    return max(np.abs(expected - shares[1:]).max(), np.abs(expected - shares[:-1]).max())


def uniform(bound):
    return lambda x: (x + bound) / (2 * bound)


def normal(std):
    return lambda x: np.array([0.5 + 0.5 * erf(value) for value in (x / (std * sqrt(2))).tolist()])


def truncated(std):
    inside = erf(2 / sqrt(2))
    return lambda x: (normal(std)(x) - (1 - inside) / 2) / inside


DISTRIBUTIONS = {
    **{name: (name, uniform(bound)) for name, bound in UNIFORM.items()},
    **{name: (name, normal(std)) for name, std in NORMAL.items()},
    "truncated_normal": ("truncated_normal", truncated(0.02)),
    "truncated_normal-std=1.5": ({"type": "truncated_normal", "std": 1.5}, truncated(1.5)),
}


@pytest.mark.parametrize(("config", "distribution"), DISTRIBUTIONS.values(), ids=DISTRIBUTIONS)
def test_the_distribution(config, distribution):
    values = drawn(config)
    assert distance(values, distribution) < FARTHEST
    assert distance(1.05 * values, distribution) > FARTHEST  # so many values tell a variance that is a tenth too large


@pytest.mark.parametrize(("name", "bound"), UNIFORM.items())
def test_the_bounds_of_the_uniform_ones(name, bound):
    values = drawn(name)
    assert np.abs(values).max() <= bound
    assert (values.min(), values.max()) == pytest.approx((-bound, bound), rel=1e-3)


def test_truncated_normal_has_no_values_beyond_two_standard_deviations():
    values = drawn({"type": "truncated_normal", "std": 0.5})
    assert np.abs(values).max() <= 1
    assert (values.min(), values.max()) == pytest.approx((-1, 1), rel=1e-2)
    assert len(np.unique(values)) == COUNT  # drawn again, not moved to the bounds


def test_truncated_normal_keeps_the_values_of_normal_within_its_bounds():
    values, uncut = drawn({"type": "truncated_normal", "std": 0.3}), drawn({"type": "normal", "std": 0.3})
    near = np.abs(uncut) <= 0.6
    np.testing.assert_array_equal(values[near], uncut[near])
    assert not (values == uncut)[~near].any()


@pytest.mark.parametrize("value", [0, -2, 0.3, 1e300])
def test_a_constant(value):
    values = drawn({"type": "constant", "value": value}, (2, 3))
    assert (values.shape, values.dtype) == ((2, 3), np.float64)
    assert (values == value).all()


@pytest.mark.parametrize("value", [float("nan"), float("inf"), float("-inf"), "0.5", True, None])
def test_a_constant_is_a_finite_number(value):
    with pytest.raises(ConfigError, match=r"constant\.value: expected a (finite )?number"):
        Constant(value)


def test_the_value_of_constant_is_required():
    with pytest.raises(ConfigError, match="constant needs the key 'value': a number"):
        build(INITIALIZERS, "constant")


@pytest.mark.parametrize(
    ("name", "aliases"),
    {
        "he": ["he_normal", "kaiming", "kaiming_normal"],
        "he_uniform": ["kaiming_uniform"],
        "lecun": ["lecun_normal"],
        "xavier": ["glorot", "glorot_normal", "xavier_normal"],
        "xavier_uniform": ["glorot_uniform"],
        "normal": ["random", "random_normal"],
        "truncated_normal": ["trunc_normal"],
    }.items(),
)
def test_the_names_of_other_libraries(name, aliases):
    assert INITIALIZERS.aliases(name) == aliases
    for alias in aliases:
        np.testing.assert_array_equal(drawn(alias, (3, 2)), drawn(name, (3, 2)))
