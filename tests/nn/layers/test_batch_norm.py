"""Batch normalization, compared with values computed by hand."""

from __future__ import annotations

import numpy as np
import pytest

from nncli.nn.layers import BatchNorm
from nncli.nn.layers.sequential import layers_of
from nncli.nn.network import Network, Pass


def bound(training=True, shape=(2,), **fields):
    """Return (network, pass) of a single batch_norm layer."""
    network = Network(layers_of([BatchNorm(**fields)]), shape, np.dtype(np.float64), seed=0)
    run = Pass(network, 1, input_gradient=True)
    run.pass_state.training = training
    return network, run


def values(network):
    return {name.rpartition(".")[2]: array.tolist() for name, array in network.named().items()}


def test_initial_parameters_leave_the_normalized_values_unchanged():
    network, _ = bound()
    assert values(network) == {"scale": [1, 1], "shift": [0, 0], "running_mean": [0, 0], "running_variance": [1, 1]}


def test_one_step_by_hand():
    # two rows: means 2 and 10, biased variances 1 and 4, unbiased variances 2 and 8; momentum 0.25
    network, run = bound(epsilon=1e-12, momentum=0.25)
    network.named()["0.batch_norm.scale"][:] = (1, 3)
    network.named()["0.batch_norm.shift"][:] = (0, 5)
    y, backwards = run.forward(np.array(((1.0, 8), (3.0, 12))))
    np.testing.assert_allclose(y, ((-1, 2), (1, 8)), rtol=1e-11)
    run.backward(np.array(((1.0, 0), (1.0, 2))), backwards)
    gradient = {name.rpartition(".")[2]: array for name, array in network.layout.named(run.gradient).items()}
    np.testing.assert_allclose(gradient["shift"], (2, 2))
    np.testing.assert_allclose(gradient["scale"], (0, 2), atol=1e-12)
    np.testing.assert_allclose(gradient["running_mean"], (0.25 * 2, 0.25 * 10))
    np.testing.assert_allclose(gradient["running_variance"], (0.75 + 0.25 * 2, 0.75 + 0.25 * 8))


def test_inference_uses_the_running_statistics():
    network, run = bound(training=False, epsilon=0.25)
    network.named()["0.batch_norm.running_mean"][:] = (1, 2)
    network.named()["0.batch_norm.running_variance"][:] = (3.75, 0.75)
    np.testing.assert_allclose(run.output(np.array(((5.0, 1),))), ((4 / 2, -1 / 1),))


def test_a_single_value_per_channel_returns_the_shift():
    network, run = bound()
    network.named()["0.batch_norm.shift"][:] = (4, -1)
    y, backwards = run.forward(np.array(((7.0, 9),)))
    np.testing.assert_array_equal(y, ((4, -1),))
    dx = run.backward(np.ones((1, 2)), backwards)
    np.testing.assert_array_equal(dx, 0)
    named = network.layout.named(run.gradient)
    np.testing.assert_array_equal(named["0.batch_norm.running_mean"], 0)
    np.testing.assert_array_equal(named["0.batch_norm.running_variance"], 1)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_a_large_mean_causes_no_cancellation(dtype):
    network = Network(layers_of(["batch_norm"]), (1,), np.dtype(dtype), seed=0)
    run = Pass(network, 1)
    run.pass_state.training = True
    x = (4096 + np.arange(64)).astype(dtype)[:, None]
    np.testing.assert_allclose(run.forward(x)[0][:, 0], (x[:, 0] - x.mean()) / np.arange(64).std(), rtol=1e-3)
