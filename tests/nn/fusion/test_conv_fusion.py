"""Test which layers are fused with a convolution, and that the results stay bitwise identical."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pytest

from nncli.nn.activations.relu import ReLU
from nncli.nn.containers import shapes_in_order
from nncli.nn.fusion import conv_fusion
from nncli.nn.fusion.reorder import reorder
from nncli.nn.fusion.rewrite import fuse
from nncli.nn.layers.conv2d import Conv2D
from nncli.nn.layers.max_pool2d import MaxPool2D
from nncli.nn.layers.sequential import layers_of
from nncli.nn.network import Network, Pass
from nncli.ops.compiled.loading import load_compiled
from nncli.ops.numba_ops import NumbaOps
from tests.nn.fusion.layers import conv, pool

needs_numba = pytest.mark.skipif(load_compiled("convolution") is None, reason="numba is not installed or is turned off")

FLOAT32 = np.dtype(np.float32)

SAME = {"padding": "same"}
IMAGE, SEQUENCE = (12, 13, 5), (40, 3)
FUSED = [  # layers, shape of a row, number of fused layers
    ([conv(**SAME), "relu", pool()], IMAGE, 3),
    ([conv(16), "relu", pool((3, 2))], IMAGE, 3),
    ([conv(24, stride=2, padding=2), "relu", pool()], IMAGE, 3),
    ([conv(40, (1, 2)), "relu", pool((1, 4))], IMAGE, 3),
    ([conv(5), pool()], IMAGE, 2),
    ([conv(33), "relu", "relu"], IMAGE, 2),
    ([conv(32, bias=False), "relu", pool()], IMAGE, 3),
    ([conv(7, 2), "relu"], IMAGE, 2),
    ([conv(12), "relu", pool()], IMAGE, 3),  # in float64, 12 filters fill one and a half panels
    ([conv(16), "relu", "relu", pool()], IMAGE, 2),
    ([conv(16, 5, "conv1d"), "relu", pool(3, "max_pool1d")], SEQUENCE, 3),
    ([conv(9, 4, "conv1d", padding=1), "relu", {"type": "avg_pool1d"}], SEQUENCE, 2),
]
NOT_FUSED = [
    ([conv(**SAME)], IMAGE),
    ([conv(**SAME), "tanh", pool()], IMAGE),
    ([conv(16), "relu", pool(3, stride=2)], IMAGE),  # max pooling with overlapping windows is not moved before relu
    ([conv(16), "relu", pool(padding=1)], IMAGE),
    ([conv(16), "relu", "global_max_pool2d"], IMAGE),
    ([conv(**SAME), {"type": "avg_pool2d"}], IMAGE),
    ([conv(10, groups=5), "relu", pool()], IMAGE),
    ([conv(dilation=2), "relu", pool()], IMAGE),
    ([conv(2), "relu", pool()], IMAGE),  # too few filters
    ([conv(8, 1), "relu", pool()], IMAGE),  # a 1x1 kernel is already a matrix product
    (["relu", pool()], IMAGE),
    ([{"type": "dense", "units": 3}, "relu"], IMAGE),
]


def bound(layers, shape, dtype="float32"):
    network = Network(layers_of(layers), shape, np.dtype(dtype), 1)
    rng = np.random.default_rng(len(layers))
    network.vector[:] = rng.uniform(-1, 1, network.vector.size)
    return network, Pass(network, len(layers)), rng


def first_operator(model, shape, dtype=FLOAT32):
    """Return the fused operator for the first layers of a model, or None."""
    layers = [model.layers[index] for index in reorder(model.layers)]
    index, operator = fuse(layers, shapes_in_order(layers, shape), dtype)[0]
    assert index == 0
    return operator


@pytest.fixture
def structure(monkeypatch):
    """Fuse the layers that the compiled kernels support, without compiling the kernels."""

    class Structural(NumbaOps):
        def fuse_convolution(self, windows, filters, groups, dtype, *, relu, tiles):
            blas = self.convolves_with_blas(windows, filters, groups, dtype)
            return None if blas else lambda x, W, bias: x

    monkeypatch.setattr(conv_fusion, "current_ops", Structural)


@pytest.mark.parametrize(("layers", "shape", "count"), FUSED, ids=str)
def test_supported_layers_are_fused(layers, shape, count, structure):
    assert first_operator(layers_of(layers), shape).layers == count


@pytest.mark.parametrize(("layers", "shape"), NOT_FUSED, ids=str)
def test_unsupported_layers_are_not_fused(layers, shape, structure):
    assert first_operator(layers_of(layers), shape) is None


@dataclass(frozen=True)
class OtherConv(Conv2D):
    pass


@dataclass(frozen=True)
class OtherReLU(ReLU):
    pass


@dataclass(frozen=True)
class OtherPool(MaxPool2D):
    pass


@pytest.mark.parametrize(
    ("kinds", "count"),
    [
        ((OtherConv, ReLU, MaxPool2D), 0),
        ((Conv2D, OtherReLU, OtherPool), 0),
        ((Conv2D, ReLU, OtherPool), 2),
        ((Conv2D, ReLU, MaxPool2D), 3),
    ],
)
def test_a_subclass_is_not_fused(kinds, count, structure):
    first, second, third = kinds
    layers = (first(filters=8, kernel_size=3), second(), third())
    operator = first_operator(layers_of(layers), IMAGE)
    assert (0 if operator is None else operator.layers) == count


@needs_numba
@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize(("layers", "shape", "count"), FUSED, ids=str)
def test_fused_results_are_bitwise_identical(layers, shape, count, dtype):
    network, run, rng = bound(layers, shape, dtype)
    for rows in (0, 1, 3):
        x = rng.uniform(-1, 1, (rows, *shape)).astype(dtype)
        given = x.copy()
        y = first_operator(network.model, shape, np.dtype(dtype)).compute(next(iter(network.tree.values())), x)
        expected = x
        for forward, p, ctx, _, _ in run.bound[:count]:
            expected, _ = forward(p, expected, ctx)
        assert y.dtype == expected.dtype
        np.testing.assert_array_equal(y, expected)
        np.testing.assert_array_equal(run.output(x), run.forward(x)[0])
        np.testing.assert_array_equal(x, given)


@needs_numba
@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
def test_nonfinite_inputs_are_propagated(bad):
    _, run, rng = bound([conv(16), "relu", pool()], IMAGE)
    x = rng.uniform(-1, 1, (2, *IMAGE)).astype("float32")
    for place in ((0, 0, 0, 0), (0, 5, 6, 2), (1, 11, 12, 4)):
        x[place] = bad
    y = run.output(x)
    np.testing.assert_array_equal(y, run.forward(x)[0])
    assert 0 < (~np.isfinite(y)).sum() < y.size / 2


@needs_numba
def test_inputs_may_have_any_memory_order_and_alignment():
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
def test_prediction_uses_the_fused_operator_and_the_current_weights(monkeypatch):
    def refuse(*_):
        raise AssertionError("not fused")

    for kind in (Conv2D, ReLU, MaxPool2D):
        monkeypatch.setattr(kind, "forward", refuse)
    network, run, rng = bound([conv(16), "relu", pool(), {"type": "dense", "units": 2}], IMAGE)
    x = rng.uniform(-1, 1, (2, *IMAGE)).astype("float32")
    first = run.output(x)
    network.vector[:] = 0
    assert first.any()
    assert not run.output(x).any()


def test_without_numba_nothing_is_fused(without_numba):
    without_numba()
    network, run, rng = bound([conv(16), "relu", pool()], IMAGE)
    x = rng.uniform(-1, 1, (2, *IMAGE)).astype("float32")
    assert first_operator(network.model, IMAGE) is None
    np.testing.assert_array_equal(run.output(x), run.forward(x)[0])
