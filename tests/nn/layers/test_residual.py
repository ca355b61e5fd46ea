"""Residual blocks, compared with values computed by hand."""

from __future__ import annotations

import numpy as np
import pytest

from nncli.core.errors import ShapeError
from nncli.nn.layers import Residual
from nncli.nn.layers.sequential import layers_of
from nncli.nn.network import Network, Pass

DENSE = {"type": "dense", "units": 2, "bias": False}
CONV = {"type": "conv2d", "filters": 3, "kernel_size": 3}


def network_of(config, shape):
    return Network(layers_of([{"type": "residual", **config}]), shape, np.dtype(np.float64), seed=0)


def test_the_input_is_added_to_the_output():
    network = network_of({"layers": [DENSE]}, (2,))
    network.named()["0.residual.0.dense.weight"][:] = ((1, 2), (3, 4))
    run = Pass(network, 1, input_gradient=True)
    y, backwards = run.forward(np.array(((1.0, 10),)))
    np.testing.assert_array_equal(y, ((31 + 1, 42 + 10),))
    np.testing.assert_array_equal(run.backward(np.array(((1.0, 0),)), backwards), ((1 + 1, 3),))


def test_the_projection_uses_the_stride_of_the_layers():
    network = network_of({"layers": [{**CONV, "stride": 2, "padding": "same"}]}, (3, 4, 1))
    assert {name: array.shape for name, array in network.named().items()} == {
        "0.residual.0.conv2d.weight": (3, 3, 1, 3),
        "0.residual.0.conv2d.bias": (3,),
        "0.residual.projection": (1, 3),
    }
    network.vector[:] = 0
    network.named()["0.residual.projection"][:] = ((1, 10, 100),)
    x = np.arange(12.0).reshape(1, 3, 4, 1)
    expected = np.array(((0, 2), (8, 10)))[..., None] * (1, 10, 100)
    np.testing.assert_array_equal(Pass(network, 1).output(x)[0], expected)


def test_a_shortcut_may_have_several_layers():
    shortcut = {"type": "sequential", "layers": [DENSE, "tanh"]}
    network = network_of({"layers": ["linear"], "shortcut": shortcut}, (2,))
    assert list(network.named()) == ["0.residual.shortcut.0.dense.weight"]


@pytest.mark.parametrize(
    ("config", "shape", "message"),
    [
        ({"layers": [CONV]}, (6, 6, 3), r"wants layers that keep the shape .*they output \(4, 4, 3\)"),
        ({"layers": ["flatten"]}, (2, 2, 1), r"wants layers that keep the shape .*they output \(4,\)"),
        ({"layers": [DENSE], "shortcut": "linear"}, (3,), r"wants a shortcut that outputs \(2,\) .*, not \(3,\)"),
        ({"layers": [CONV]}, (4,), r"0\.conv2d wants \(height, width, channels\)"),
    ],
)
def test_shapes_that_differ_are_refused(config, shape, message):
    with pytest.raises(ShapeError, match=message):
        network_of(config, shape)


def test_inner_initializers_depend_on_the_next_activation():
    inside = {"type": "residual", "layers": [DENSE, "batch_norm", "relu", DENSE]}
    residual, *_ = layers_of([inside, "sigmoid"]).layers
    assert isinstance(residual, Residual)
    assert [residual.layers[index].initializer.type_name for index in (0, 3)] == ["he", "xavier"]
    assert residual.initializer.type_name == "xavier"
    assert layers_of([inside, "relu"]).layers[0].layers[3].initializer.type_name == "he"
