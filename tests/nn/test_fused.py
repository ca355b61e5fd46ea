"""Layers in one go: which belong together, and that they give what they give one by one."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pytest

from nncli.nn.activations.relu import ReLU
from nncli.nn.compiled.available import compiled_convolution
from nncli.nn.containers import shapes_in_order
from nncli.nn.fused import in_one_go, in_order_of_work
from nncli.nn.layers.conv2d import Conv2D
from nncli.nn.layers.max_pool2d import MaxPool2D
from nncli.nn.layers.sequential import layers_of
from nncli.nn.network import Network, Pass

needs_numba = pytest.mark.skipif(compiled_convolution() is None, reason="numba is not installed, or turned off")

FLOAT32 = np.dtype(np.float32)


def conv(filters=8, kernel_size=3, kind="conv2d", **more):
    return {"type": kind, "filters": filters, "kernel_size": kernel_size, **more}


def pool(pool_size=2, kind="max_pool2d", **more):
    return {"type": kind, "pool_size": pool_size, **more}


SAME = {"padding": "same"}
IMAGE, SEQUENCE = (12, 13, 5), (40, 3)
TOGETHER = [  # layers, shape of a row, how many of them in one go
    ([conv(**SAME), "relu", pool()], IMAGE, 3),
    ([conv(16), "relu", pool((3, 2))], IMAGE, 3),
    ([conv(24, stride=2, padding=2), "relu", pool()], IMAGE, 3),
    ([conv(40, (1, 2)), "relu", pool((1, 4))], IMAGE, 3),
    ([conv(5), pool()], IMAGE, 2),
    ([conv(33), "relu", "relu"], IMAGE, 2),
    ([conv(32, bias=False), "relu", pool()], IMAGE, 3),
    ([conv(7, 2), "relu"], IMAGE, 2),
    ([conv(12), "relu", pool()], IMAGE, 3),  # in float64, half a panel after a whole one
    ([conv(16), "relu", "relu", pool()], IMAGE, 2),
    ([conv(16, 5, "conv1d"), "relu", pool(3, "max_pool1d")], SEQUENCE, 3),
    ([conv(9, 4, "conv1d", padding=1), "relu", {"type": "avg_pool1d"}], SEQUENCE, 2),
]
APART = [
    ([conv(**SAME)], IMAGE),
    ([conv(**SAME), "tanh", pool()], IMAGE),
    ([conv(16), "relu", pool(3, stride=2)], IMAGE),  # windows that overlap, before relu
    ([conv(16), "relu", pool(padding=1)], IMAGE),
    ([conv(16), "relu", "global_max_pool2d"], IMAGE),
    ([conv(**SAME), {"type": "avg_pool2d"}], IMAGE),
    ([conv(10, groups=5), "relu", pool()], IMAGE),
    ([conv(dilation=2), "relu", pool()], IMAGE),
    ([conv(2), "relu", pool()], IMAGE),  # few filters
    ([conv(8, 1), "relu", pool()], IMAGE),  # a product of matrices as it is
    (["relu", pool()], IMAGE),
    ([{"type": "dense", "units": 3}, "relu"], IMAGE),
]


def bound(layers, shape, dtype="float32"):
    network = Network(layers_of(layers), shape, np.dtype(dtype), 1)
    rng = np.random.default_rng(len(layers))
    network.vector[:] = rng.uniform(-1, 1, network.vector.size)
    return network, Pass(network, len(layers)), rng


def together(model, shape, dtype=FLOAT32):
    """What `in_one_go` finds at the beginning of a model."""
    layers = [model.layers[index] for index in in_order_of_work(model.layers)]
    return in_one_go(layers, shapes_in_order(layers, shape), dtype)


@pytest.mark.parametrize(("layers", "shape", "count"), TOGETHER, ids=str)
def test_what_belongs_together(layers, shape, count):
    found, _ = together(layers_of(layers), shape)
    assert found == count


@pytest.mark.parametrize(("layers", "shape"), APART, ids=str)
def test_what_does_not(layers, shape):
    assert together(layers_of(layers), shape) is None


@dataclass(frozen=True)
class OtherConv(Conv2D):
    pass


@dataclass(frozen=True)
class OtherReLU(ReLU):
    pass


@dataclass(frozen=True)
class OtherPool(MaxPool2D):
    pass


@dataclass(frozen=True)
class OwnPool(MaxPool2D):
    chooses_largest = True


@pytest.mark.parametrize(
    ("kinds", "count"),
    [((OtherConv, ReLU, MaxPool2D), 0), ((Conv2D, OtherReLU, OtherPool), 0), ((Conv2D, ReLU, OtherPool), 2)],
)
def test_a_subclass_may_compute_something_else(kinds, count):
    first, second, third = kinds
    layers = (first(filters=8, kernel_size=3), second(), third())
    found = together(layers_of(layers), IMAGE)
    assert (0 if found is None else found[0]) == count


@needs_numba
@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize(("layers", "shape", "count"), TOGETHER, ids=str)
def test_the_same_bits_as_one_by_one(layers, shape, count, dtype):
    network, run, rng = bound(layers, shape, dtype)
    for rows in (0, 1, 3):
        x = rng.uniform(-1, 1, (rows, *shape)).astype(dtype)
        given = x.copy()
        y = together(network.model, shape, np.dtype(dtype))[1](next(iter(network.tree.values())), x)
        one_by_one = x
        for forward, p, ctx, _, _ in run.bound[:count]:
            one_by_one, _ = forward(p, one_by_one, ctx)
        assert y.dtype == one_by_one.dtype
        np.testing.assert_array_equal(y, one_by_one)
        np.testing.assert_array_equal(run.output(x), run.forward(x)[0])
        np.testing.assert_array_equal(x, given)


@needs_numba
@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
def test_what_is_not_finite_comes_through(bad):
    _, run, rng = bound([conv(16), "relu", pool()], IMAGE)
    x = rng.uniform(-1, 1, (2, *IMAGE)).astype("float32")
    for place in ((0, 0, 0, 0), (0, 5, 6, 2), (1, 11, 12, 4)):
        x[place] = bad
    y = run.output(x)
    np.testing.assert_array_equal(y, run.forward(x)[0])
    assert 0 < (~np.isfinite(y)).sum() < y.size / 2


@needs_numba
def test_rows_in_any_order_and_of_any_alignment():
    _, run, rng = bound([conv(16), "relu", pool()], IMAGE)
    x = rng.uniform(-1, 1, (2, *IMAGE)).astype("float32")
    y = run.output(x)
    shifted = np.frombuffer(b"\0" + x.tobytes(), np.uint8)[1:].view(np.float32).reshape(x.shape)
    assert not shifted.flags.aligned
    fixed = x.copy()
    fixed.flags.writeable = False
    for same in (np.asfortranarray(x), shifted, np.repeat(x, 2, axis=0)[::2], fixed):
        np.testing.assert_array_equal(run.output(same), y)
    np.testing.assert_array_equal(run.output(x[::-1]), y[::-1])


@needs_numba
def test_a_network_uses_it_with_the_weights_of_the_moment(monkeypatch):
    def refuse(*_):
        raise AssertionError("one by one")

    for kind in (Conv2D, ReLU, MaxPool2D):
        monkeypatch.setattr(kind, "forward", refuse)
    network, run, rng = bound([conv(16), "relu", pool(), {"type": "dense", "units": 2}], IMAGE)
    x = rng.uniform(-1, 1, (2, *IMAGE)).astype("float32")
    first = run.output(x)
    network.vector[:] = 0
    assert first.any()
    assert not run.output(x).any()


def test_without_numba_it_is_one_by_one(without_numba):
    without_numba()
    network, run, rng = bound([conv(16), "relu", pool()], IMAGE)
    x = rng.uniform(-1, 1, (2, *IMAGE)).astype("float32")
    compute = together(network.model, IMAGE)[1]
    assert compute(network.tree["0.conv2d"], x) is None
    np.testing.assert_array_equal(run.output(x), run.forward(x)[0])


@pytest.mark.parametrize(
    ("layers", "order"),
    [
        (["relu", pool(3, padding=1)], [1, 0]),
        (["relu", "relu", pool(), "relu", pool()], [0, 2, 1, 4, 3]),
        (["relu", "global_max_pool2d"], [1, 0]),
        (["gelu", pool()], [0, 1]),  # which falls before it rises
        (["tanh", pool()], [0, 1]),
        (["relu", {"type": "avg_pool2d"}], [0, 1]),
        ([pool(), "relu"], [0, 1]),
        (["relu", OtherPool()], [0, 1]),
        (["relu", OwnPool()], [1, 0]),
    ],
    ids=str,
)
def test_max_pooling_comes_before_relu_alone(layers, order):
    assert in_order_of_work(layers_of(layers).layers) == order
