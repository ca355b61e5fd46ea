"""Default initializers, chosen by the activation that follows."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from nncli.nn.activation import Activation
from nncli.nn.default_initializers import fill_initializers, initializer_before
from nncli.nn.layers import SELU, Dense, ReLU
from nncli.nn.layers.sequential import Sequential, layers_of

CONV = {"type": "conv2d", "filters": 2, "kernel_size": 3}
DENSE = {"type": "dense", "units": 3}


def initializers(layers):
    """Return the initializers of all layers that have one, including layers inside containers."""
    found = []
    for item in layers_of(layers).layers:
        found += initializers(item.layers) if isinstance(item, Sequential) else []
        found += [item.initializer.type_name] if hasattr(item, "initializer") else []
    return found


@pytest.mark.parametrize(
    ("layers", "expected"),
    [
        ([DENSE, "relu"], ["he"]),
        ([CONV, "relu"], ["he"]),
        ([DENSE, "sigmoid"], ["xavier"]),
        ([DENSE, "tanh"], ["xavier"]),
        ([DENSE, "softmax"], ["xavier"]),
        ([DENSE, "linear"], ["xavier"]),
        ([DENSE], ["xavier"]),
        ([CONV, "max_pool2d", "relu"], ["he"]),
        ([CONV, "avg_pool2d", "dropout", "relu"], ["he"]),
        ([DENSE, "dropout", "relu"], ["he"]),
        ([DENSE, "dropout", "tanh", "relu"], ["xavier"]),
        ([DENSE, "linear", "relu"], ["xavier"]),
        ([DENSE, DENSE, "relu"], ["xavier", "he"]),
        ([CONV, "flatten", DENSE, "relu"], ["xavier", "he"]),
        ([DENSE, "relu", DENSE, "sigmoid"], ["he", "xavier"]),
        (["relu", DENSE], ["xavier"]),
        ([{**DENSE, "initializer": "normal"}, "relu"], ["normal"]),
        ([{**DENSE, "initializer": "xavier"}, "relu"], ["xavier"]),
        ([{"type": "sequential", "layers": [DENSE, "relu", DENSE]}, "tanh"], ["he", "xavier"]),
    ],
    ids=str,
)
def test_the_default_is_he_before_relu_and_xavier_otherwise(layers, expected):
    assert initializers(layers) == expected


def test_fill_initializers_does_not_change_its_arguments():
    given = [Dense(units=3), ReLU()]
    filled = fill_initializers(given)
    assert given[0].initializer is None
    assert filled[0].initializer.type_name == "he"
    assert filled[1] is given[1]


def test_plugin_activations_inherit_or_set_their_initializer():
    @dataclass(frozen=True)
    class Scaled(SELU):
        pass

    @dataclass(frozen=True)
    class Named(Activation):
        advised_initializer = "orthogonal"

    @dataclass(frozen=True)
    class Unnamed(ReLU):
        advised_initializer = None

    assert [initializer_before(item()) for item in (Scaled, Named, Unnamed, Activation)] == [
        "lecun",
        "orthogonal",
        "xavier",
        "xavier",
    ]
