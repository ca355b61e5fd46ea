"""Every random initializer draws from the distribution in its docstring."""

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
FARTHEST = 1.95 / sqrt(COUNT)  # critical value of the Kolmogorov-Smirnov test at the 0.1% level


def drawn(config, shape=(COUNT,), seed=1):
    return build(INITIALIZERS, config).draw(np.random.default_rng(seed), shape, FAN_IN, FAN_OUT)


def distance(values, distribution):
    """Return the Kolmogorov-Smirnov statistic: the largest distance between empirical and expected distribution."""
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
def test_initializers_follow_their_distribution(config, distribution):
    values = drawn(config)
    assert distance(values, distribution) < FARTHEST
    assert distance(1.05 * values, distribution) > FARTHEST  # the test detects a variance that is 10% too large


@pytest.mark.parametrize(("name", "bound"), UNIFORM.items())
def test_uniform_initializers_stay_within_their_bounds(name, bound):
    values = drawn(name)
    assert np.abs(values).max() <= bound
    assert (values.min(), values.max()) == pytest.approx((-bound, bound), rel=1e-3)


def test_truncated_normal_has_no_values_beyond_two_standard_deviations():
    values = drawn({"type": "truncated_normal", "std": 0.5})
    assert np.abs(values).max() <= 1
    assert (values.min(), values.max()) == pytest.approx((-1, 1), rel=1e-2)
    assert len(np.unique(values)) == COUNT  # values outside the bounds are drawn again, not clipped


def test_truncated_normal_equals_normal_where_normal_is_within_the_bounds():
    values, untruncated = drawn({"type": "truncated_normal", "std": 0.3}), drawn({"type": "normal", "std": 0.3})
    near = np.abs(untruncated) <= 0.6
    np.testing.assert_array_equal(values[near], untruncated[near])
    assert not (values == untruncated)[~near].any()


@pytest.mark.parametrize("value", [0, -2, 0.3, 1e300])
def test_constant_fills_the_array_with_its_value(value):
    values = drawn({"type": "constant", "value": value}, (2, 3))
    assert (values.shape, values.dtype) == ((2, 3), np.float64)
    assert (values == value).all()


@pytest.mark.parametrize("value", [float("nan"), float("inf"), float("-inf"), "0.5", True, None])
def test_constant_requires_a_finite_number(value):
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
def test_names_of_other_libraries_are_aliases(name, aliases):
    assert INITIALIZERS.aliases(name) == aliases
    for alias in aliases:
        np.testing.assert_array_equal(drawn(alias, (3, 2)), drawn(name, (3, 2)))
