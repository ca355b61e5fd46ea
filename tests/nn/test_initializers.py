"""Initial values of the parameters of layers, and errors for invalid initializers."""

from __future__ import annotations

from math import sqrt

import numpy as np
import pytest

from nncli.core.errors import ConfigError
from nncli.core.registry import INITIALIZERS
from nncli.nn.layers import Dense
from nncli.nn.layers.sequential import layers_of
from nncli.nn.network import Network


def weights(layers, input_shape, seed=0):
    return Network(layers_of(layers), input_shape, np.dtype(np.float64), seed).named()


@pytest.mark.parametrize(
    ("initializer", "std"),
    [
        ("normal", 0.01),
        ("random", 0.01),
        ({"type": "normal", "std": 0.5}, 0.5),
        ("xavier", sqrt(2 / (300 + 200))),
        ("glorot", sqrt(2 / (300 + 200))),
        ("he", sqrt(2 / 300)),
        ("glorot_uniform", sqrt(2 / (300 + 200))),
        ("kaiming_uniform", sqrt(2 / 300)),
        ("lecun_normal", sqrt(1 / 300)),
        ("lecun_uniform", sqrt(1 / 300)),
        ("zeros", 0),
    ],
    ids=str,
)
def test_dense_weights_have_the_expected_std(initializer, std):
    named = weights([{"type": "dense", "units": 200, "initializer": initializer}], (300,))
    assert named["0.dense.weight"].std() == pytest.approx(std, rel=0.02)
    assert abs(named["0.dense.weight"].mean()) <= 4 * std / sqrt(300 * 200)
    assert not named["0.dense.bias"].any()


@pytest.mark.parametrize(
    ("initializer", "std"),
    [
        ("normal", 0.01),
        ("xavier", sqrt(2 / (3 * 5 * 20 + 3 * 5 * 80))),
        ("he", sqrt(2 / (3 * 5 * 20))),
        ("glorot_uniform", sqrt(2 / (3 * 5 * 20 + 3 * 5 * 80))),
        ("lecun", sqrt(1 / (3 * 5 * 20))),
    ],
)
def test_fans_of_kernels_include_the_window_size(initializer, std):
    layer = {"type": "conv2d", "filters": 80, "kernel_size": [3, 5], "initializer": initializer}
    named = weights([layer], (6, 6, 20))
    assert named["0.conv2d.weight"].shape == (3, 5, 20, 80)
    assert named["0.conv2d.weight"].std() == pytest.approx(std, rel=0.02)
    assert not named["0.conv2d.bias"].any()


def test_fan_in_of_dense_counts_all_values_of_an_image():
    named = weights([{"type": "dense", "units": 50, "initializer": "he"}], (8, 10, 5))
    assert named["0.dense.weight"].shape == (400, 50)
    assert named["0.dense.weight"].std() == pytest.approx(sqrt(2 / 400), rel=0.02)


def test_values_depend_on_seed_and_name():
    layers = [{"type": "dense", "units": 6}, {"type": "dense", "units": 6}]
    first, same, other = weights(layers, (6,)), weights(layers, (6,)), weights(layers, (6,), seed=1)
    np.testing.assert_array_equal(first["0.dense.weight"], same["0.dense.weight"])
    assert (first["0.dense.weight"] != other["0.dense.weight"]).all()
    assert (first["0.dense.weight"] != first["1.dense.weight"]).all()
    longer = weights([*layers, {"type": "dense", "units": 2}], (6,))
    np.testing.assert_array_equal(first["1.dense.weight"], longer["1.dense.weight"])


def test_float32_values_are_rounded_float64_values():
    model = layers_of([{"type": "dense", "units": 6}])
    single = Network(model, (4,), np.dtype(np.float32), 3).vector
    double = Network(model, (4,), np.dtype(np.float64), 3).vector
    np.testing.assert_array_equal(single, double.astype(np.float32))


@pytest.mark.parametrize("name", ["hee", "Xavier ", "uniform", 3, ["he"]])
def test_unknown_initializers_list_the_known_names(name):
    known = ", ".join(INITIALIZERS.names())
    with pytest.raises(ConfigError, match=rf"dense\.initializer: .*Known: {known}$"):
        Dense(units=3, initializer=name)


@pytest.mark.parametrize("std", [0, -1, float("nan"), "0.1", None])
def test_std_must_be_above_zero(std):
    with pytest.raises(ConfigError, match=r"dense\.initializer\.std: expected a (finite )?number above 0"):
        Dense(units=3, initializer={"type": "normal", "std": std})
