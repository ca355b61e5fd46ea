"""Sequential: names, shapes and results of its layers."""

from __future__ import annotations

import numpy as np
import pytest

from nncli.core.errors import ConfigError, ShapeError
from nncli.nn.layers import Dense, ReLU
from nncli.nn.layers.sequential import layers_of
from nncli.nn.network import Network, Pass

CONV = {"type": "conv2d", "filters": 2, "kernel_size": 3}
DENSE = {"type": "dense", "units": 3}


def test_layers_may_be_objects_names_or_mappings():
    assert (
        layers_of([Dense(units=3), "relu"])
        == layers_of([DENSE, {"type": "relu"}])
        == layers_of([{"type": "fc", "units": 3}, ReLU()])
    )


def test_all_problems_of_all_layers_are_reported():
    with pytest.raises(ConfigError) as caught:
        layers_of([{"type": "dense", "unts": 3}, "reluu", {"type": "dropout", "rate": 1}])
    assert [problem.dotted for problem in caught.value.problems] == [
        "sequential.layers.0.unts",
        "sequential.layers.1",
        "sequential.layers.2.rate",
    ]


def test_shapes_returns_the_output_shape_of_every_layer():
    model = layers_of([{**CONV, "padding": "same"}, "relu", "max_pool2d", "flatten", DENSE])
    assert model.shapes((5, 7, 1)) == [(5, 7, 1), (5, 7, 2), (5, 7, 2), (2, 3, 2), (12,), (3,)]
    assert model.output_shape((5, 7, 1)) == (3,)


@pytest.mark.parametrize(
    ("layers", "shape", "message"),
    [
        ([DENSE, CONV], (4,), "1.conv2d wants (height, width, channels), but 0.dense gives (3,)"),
        ([CONV], (4,), "0.conv2d wants (height, width, channels), but the input has the shape (4,)"),
        (["relu", "max_pool2d"], (4, 4), "1.max_pool2d wants (height, width, channels), but 0.relu gives (4, 4)"),
        (
            [CONV, {"type": "conv2d", "filters": 1, "kernel_size": [3, 2]}],
            (4, 4, 1),
            "1.conv2d wants at least 3 rows and 2 columns, padding included, for its window, "
            "but 0.conv2d gives (2, 2, 2)",
        ),
        (
            [{"type": "dense", "units": 1}, "softmax"],
            (4,),
            "1.softmax wants two units or more (a single unit always outputs 1; use sigmoid), but 0.dense gives (1,)",
        ),
    ],
    ids=["after dense", "first", "no channels", "too small", "one unit"],
)
def test_shape_errors_name_the_layer_and_its_input_shape(layers, shape, message):
    with pytest.raises(ShapeError) as caught:
        Network(layers_of(layers), shape, np.dtype(np.float32), 0)
    assert str(caught.value) == message


def test_shape_errors_name_inner_layers():
    with pytest.raises(ShapeError, match=r"1\.sequential 0\.conv2d wants .*"):
        layers_of([DENSE, {"type": "sequential", "layers": [CONV]}]).shapes((4,))


def test_nested_containers_give_the_same_results():
    flat = layers_of([DENSE, "tanh", DENSE, "sigmoid"])
    nested = layers_of(
        [DENSE, {"type": "sequential", "layers": ["tanh", {"type": "sequential", "layers": [DENSE]}]}, "sigmoid"]
    )
    one, other = (Network(model, (4,), np.dtype(np.float64), 0) for model in (flat, nested))
    other.vector[:] = one.vector
    x = np.random.default_rng(0).standard_normal((5, 4))
    results = []
    for network in (one, other):
        run = Pass(network, len(network.model.layers), input_gradient=True)
        y, backwards = run.forward(x)
        results.append((y, run.backward(np.ones_like(y), backwards), run.gradient))
    for found, expected in zip(*results, strict=True):
        np.testing.assert_array_equal(found, expected)
