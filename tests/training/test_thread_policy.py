"""Test which threads compute a batch: the threads of BLAS, or nncli's own threads for shards."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pytest
from threadpoolctl import threadpool_info

from nncli.core.batch import Batch
from nncli.core.builder import build
from nncli.core.registry import LOSSES
from nncli.nn.activations.relu import ReLU
from nncli.nn.evaluation.running_metrics import RunningMetrics
from nncli.nn.layers.conv2d import Conv2D
from nncli.nn.layers.sequential import layers_of
from nncli.nn.network import Network
from nncli.ops.numba_ops import NumbaOps
from nncli.ops.numpy_ops import NumpyOps
from nncli.training import executor as executors
from nncli.training import thread_policy
from nncli.training.executor import Executor
from nncli.training.thread_policy import is_sharded
from tests.training.make import numbers


@pytest.mark.parametrize(("units", "rows", "expected"), [(4, 32, 1), (2000, 32, 1), (20_000, 1024, None)])
def test_small_steps_use_one_blas_thread(units, rows, expected):
    model = layers_of([{"type": "dense", "units": units}, {"type": "dense", "units": 4}])
    network = Network(model, (4,), np.dtype(np.float32), 0)
    executor = Executor(network, build(LOSSES, "mse"), 2, batch_size=rows)
    assert executor.blas_threads == expected
    with executor.blas():
        threads = [pool["num_threads"] for pool in threadpool_info() if pool["user_api"] == "blas"]
    assert expected is None or threads == [1] * len(threads)


def test_the_number_of_blas_threads_is_not_set_for_few_rows(monkeypatch):
    monkeypatch.setattr(executors, "BlasThreads", lambda count: count)
    # multiply-adds per row: 128 * 256 = 32,768 and 256 * 64 = 16,384
    layers = [{"type": "dense", "units": 256}, {"type": "dense", "units": 64}]
    network = Network(layers_of(layers), (128,), np.dtype(np.float32), 0)
    executor = Executor(network, build(LOSSES, "mse"), 2)
    assert [executor.blas(rows) for rows in (1, 8, 9, None)] == [None, None, 1, 1]


@pytest.mark.parametrize(("more", "compiled"), [({}, True), ({"groups": 2}, False), ({"dilation": 2}, False)])
def test_compiled_convolutions_do_not_count_as_blas_products(monkeypatch, more, compiled):
    monkeypatch.setattr(executors, "BlasThreads", lambda count: count)
    layers = [{"type": "conv2d", "filters": 64, "kernel_size": 3, **more}, "global_max_pool2d"]
    network = Network(layers_of(layers), (24, 24, 8), np.dtype(np.float32), 0)
    for installed, ops in ((True, NumbaOps), (False, NumpyOps)):
        monkeypatch.setattr(thread_policy, "current_ops", ops)
        executor = Executor(network, build(LOSSES, "mse"), 2)
        assert executor.blas(1) == (None if compiled and installed else 1)


def test_medium_sized_dense_steps_are_computed_in_shards(monkeypatch):
    model = layers_of([{"type": "dense", "units": 6}, {"type": "dense", "units": 3}])
    monkeypatch.setattr(executors, "MIN_PARALLEL_SIZE", 8)  # the shards' gradients are added in two halves
    data, results = numbers(40), []
    for medium, large, threads in ((10**9, 10**9, 1), (1, 10**9, 1), (1, 10**9, 2), (1, 1, 1)):
        monkeypatch.setattr(thread_policy, "MIN_SHARDED_STEP", medium)
        monkeypatch.setattr(thread_policy, "MIN_BLAS_THREADED_STEP", large)
        network = Network(model, data.inputs.shape[1:], np.dtype(np.float64), 0)
        executor = Executor(network, build(LOSSES, "mse"), 2, threads=threads, batch_size=40)
        assert executor.sharded == (medium < large)
        loss = executor.loss_and_gradient(
            Batch(data.inputs, data.targets[:, :1].repeat(3, 1)), RunningMetrics(()), seed=0, step=0
        )
        results.append((loss, executor.gradient.copy()))
        executor.close()
    (whole, gradient), (one, of_one), (two, of_two), _ = results
    assert one == two == pytest.approx(whole)
    assert of_one.tobytes() == of_two.tobytes()
    np.testing.assert_allclose(of_one, gradient, rtol=1e-12, atol=1e-14)


def test_embeddings_do_not_count_in_the_cost_of_a_step(monkeypatch):
    monkeypatch.setattr(thread_policy, "MIN_BLAS_THREADED_STEP", 10_000)
    for first, expected in (
        ({"type": "embedding", "entries": 1000, "units": 2}, 1),
        ({"type": "dense", "units": 500}, None),
    ):
        network = Network(layers_of([first, {"type": "dense", "units": 1}]), (2,), np.dtype(np.float32), 0)
        assert Executor(network, build(LOSSES, "mse"), 2, batch_size=32).blas_threads == expected


@dataclass(frozen=True)
class Plain(ReLU):
    """A user's layer."""


@dataclass(frozen=True)
class Heavy(ReLU):
    """A user's layer that declares that its rows take much time."""

    heavy_rows = True


@dataclass(frozen=True)
class OwnConv(Conv2D):
    """A user's convolution."""


@pytest.mark.parametrize(
    ("layer", "expected"), [(Plain(), False), (Heavy(), True), (OwnConv(filters=1, kernel_size=1), True)], ids=str
)
def test_user_layers_are_sharded_if_they_are_heavy(layer, expected):
    network = Network(layers_of([layer]), (2, 2, 1), np.dtype(np.float32), 0)
    assert is_sharded(network, 32) == expected


@pytest.mark.parametrize(("kind", "shape"), [("conv1d", (4, 1)), ("conv2d", (4, 4, 1))])
def test_batches_of_convolutions_are_sharded(kind, shape):
    layers = layers_of([{"type": kind, "filters": 1, "kernel_size": 2}])
    assert is_sharded(Network(layers, shape, np.dtype(np.float32), 0), 1)
