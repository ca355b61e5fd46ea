"""Networks: passes, contexts, and the layer at which backward stops."""

from __future__ import annotations

import numpy as np
import pytest

from nncli.nn.activations import ReLU
from nncli.nn.layers import Dense, MaxPool2D, Reshape
from nncli.nn.layers.sequential import layers_of
from nncli.nn.network import Network, Pass
from tests.contracts.numeric import TOLERANCE, central_differences, relative_error
from tests.contracts.values import spread

DENSE = {"type": "dense", "units": 3}
CNN = [
    {"type": "conv2d", "filters": 3, "kernel_size": 2, "padding": "same"},
    "tanh",
    {"type": "max_pool2d", "pool_size": 2},
    {"type": "conv2d", "filters": 2, "kernel_size": 2},
    "sigmoid",
    {"type": "dropout", "rate": 0.3},
    DENSE,
    "softmax",
]


def bind(layers, shape, *, dtype=np.float64, **options):
    network = Network(layers_of(layers), shape, np.dtype(dtype), 0)
    return network, Pass(network, len(layers), **options)


def gradient(run, x, dy):
    run.gradient.fill(np.nan)
    y, backwards = run.forward(x)
    return y, run.backward(dy.copy(), backwards)


@pytest.mark.parametrize("training", [False, True])
def test_network_gradients_match_central_differences(training):
    network, run = bind(CNN, (6, 5, 1), input_gradient=True)
    network.vector[:] = np.random.default_rng(3).uniform(-1, 1, network.vector.size)
    run.pass_state.training = training
    x, dy = spread((2, 6, 5, 1)), spread((2, 3), 1)
    _, dx = gradient(run, x, dy)

    def weighted_output():
        return float(np.vdot(run.output(x), dy))

    assert relative_error(run.gradient, central_differences(weighted_output, network.vector)) < TOLERANCE
    assert relative_error(dx, central_differences(weighted_output, x)) < TOLERANCE


def test_output_equals_the_output_of_forward():
    _, run = bind(CNN, (6, 5, 1))
    x = spread((4, 6, 5, 1))
    np.testing.assert_array_equal(run.output(x), run.forward(x)[0])


def test_each_pass_has_its_own_gradient():
    network, one = bind([DENSE], (4,))
    other = Pass(network, 1)
    x = spread((2, 4))
    gradient(one, x, np.ones((2, 3)))
    assert not other.gradient.any()
    assert not np.shares_memory(one.gradient, network.vector)


def test_a_pass_reads_the_current_parameter_vector():
    network, run = bind([DENSE], (4,))
    network.vector[:] = 0
    network.named()["0.dense.bias"][:] = 7
    np.testing.assert_array_equal(run.output(spread((2, 4))), 7)


def test_depth_limits_the_layers_that_run():
    network, _ = bind([DENSE, "sigmoid"], (4,))
    x = spread((2, 4))
    logits = Pass(network, 1).output(x)
    np.testing.assert_allclose(Pass(network, 2).output(x), 1 / (1 + np.exp(-logits)), rtol=1e-14)


def contexts(monkeypatch, layers, shape, **options):
    """Return, for every dense layer, the index and input_gradient of its context."""
    seen = []
    forward = Dense.forward

    def recording(self, p, x, ctx):
        seen.append((ctx.index, ctx.input_gradient))
        return forward(self, p, x, ctx)

    monkeypatch.setattr(Dense, "forward", recording)
    _, run = bind(layers, shape, **options)
    y, backwards = run.forward(spread((2, *shape)))
    run.gradient.fill(np.nan)
    assert (run.backward(np.ones_like(y), backwards) is not None) == bool(options)
    assert np.isfinite(run.gradient).all()
    return seen


NESTED = {"type": "sequential", "layers": ["tanh", DENSE, DENSE]}


@pytest.mark.parametrize(
    ("layers", "wanted"),
    [
        ([DENSE, "tanh", DENSE], [False, True]),
        (["tanh", DENSE, DENSE], [False, True]),
        (["flatten", "tanh", DENSE], [False]),
        ([DENSE, NESTED], [False, True, True]),
        ([{"type": "sequential", "layers": [DENSE, "tanh", DENSE]}, DENSE], [False, True, True]),
        ([{"type": "sequential", "layers": [{"type": "sequential", "layers": [DENSE]}, DENSE]}], [False, True]),
    ],
    ids=str,
)
def test_the_first_dense_layer_skips_its_input_gradient(monkeypatch, layers, wanted):
    assert [required for _, required in contexts(monkeypatch, layers, (4,))] == wanted


def test_every_layer_returns_an_input_gradient_on_request(monkeypatch):
    found = contexts(monkeypatch, [DENSE, NESTED], (4,), input_gradient=True)
    assert [required for _, required in found] == [True, True, True]


def test_layers_are_numbered_depth_first(monkeypatch):
    # 0 dense, 1 sequential (2 tanh, 3 dense, 4 dense), 5 dense
    found = contexts(monkeypatch, [DENSE, NESTED, DENSE], (4,))
    assert [index for index, _ in found] == [0, 3, 4, 5]


def test_the_same_seed_gives_the_same_network():
    one, other = bind(CNN, (6, 5, 1))[0], bind(CNN, (6, 5, 1))[0]
    assert one.vector.tobytes() == other.vector.tobytes()
    assert one.shapes[0] == one.input_shape == (6, 5, 1)
    assert one.shapes[-1] == (3,)


def test_first_nonfinite_layer_returns_the_name_of_the_layer():
    network, run = bind([DENSE, "tanh", DENSE, "relu"], (4,))
    x = spread((2, 4))
    assert run.first_nonfinite_layer(x) is None
    network.named()["2.dense.bias"][1] = np.nan
    assert run.first_nonfinite_layer(x) == "2.dense"
    x[0, 0] = np.inf
    with np.errstate(all="ignore"):
        assert run.first_nonfinite_layer(x) == "0.dense"


def test_parameters_outputs_and_gradients_share_the_dtype():
    network, run = bind(CNN, (6, 5, 1), dtype=np.float32, input_gradient=True)
    run.pass_state.training = True
    y, dx = gradient(run, spread((2, 6, 5, 1)).astype(np.float32), np.ones((2, 3), np.float32))
    assert {array.dtype for array in (network.vector, run.gradient, y, dx)} == {np.dtype(np.float32)}


@pytest.mark.parametrize(
    "pool", ["max_pool2d", {"type": "max_pool2d", "pool_size": 3, "padding": 1}, "global_max_pool2d"]
)
def test_max_pooling_before_relu_gives_the_same_results(pool):
    layers = [{"type": "conv2d", "filters": 2, "kernel_size": 1}, "relu", pool, DENSE]
    network, run = bind(layers, (6, 6, 1), dtype=np.float32, input_gradient=True)
    in_order = Pass(network, len(layers), input_gradient=True)
    in_order.bound = sorted(in_order.bound, key=lambda bound: bound[4])  # by index
    names = [name for *_, name in run.bound]
    assert [name.split(".")[0] for name in names] == ["0", "2", "1", "3"]
    network.vector[:] = np.random.default_rng(0).uniform(-1, 1, network.vector.size)
    x, dy = np.random.default_rng(1).integers(-3, 3, (20, 6, 6, 1)).astype("f4"), spread((20, 3), 1).astype("f4")
    for got, right in zip(
        (*gradient(run, x, dy), run.gradient), (*gradient(in_order, x, dy), in_order.gradient), strict=True
    ):
        np.testing.assert_array_equal(got, right)
    assert np.count_nonzero(run.gradient) == run.gradient.size


def test_a_subclass_of_relu_is_not_reordered():
    class Middle(MaxPool2D):
        pass

    layers = (Dense(4), Reshape((2, 2, 1)), ReLU(), Middle())
    run = Pass(Network(layers_of(layers), (3,), np.dtype(np.float32), 0), 4)
    assert [name for *_, name in run.bound][2:] == ["2.relu", "3.max_pool2d"]
