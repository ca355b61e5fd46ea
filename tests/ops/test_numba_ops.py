"""Compare compiled operations with NumPy."""

from __future__ import annotations

import numpy as np
import pytest

from nncli.nn.activations import relu
from nncli.nn.layers.sequential import layers_of
from nncli.nn.network import Network, Pass
from nncli.ops import numba_ops
from nncli.ops import relu as relu_ops
from nncli.ops.compiled.loading import load_compiled, numba_is_enabled
from nncli.ops.numba_ops import NumbaOps
from nncli.ops.numpy_ops import NumpyOps

pytestmark = pytest.mark.skipif(not numba_is_enabled(), reason="numba is not installed, or NNCLI_COMPILED is 0")

CASES = {
    "relu": ("relu", (5, 7)),
    "square pools": ({"type": "max_pool2d", "pool_size": 2}, (4, 6, 3)),
    "rectangular pools": ({"type": "max_pool2d", "pool_size": (3, 2)}, (6, 4, 2)),
    "pools of a sequence": ({"type": "max_pool1d", "pool_size": 3}, (9, 4)),
    "channels that fill SIMD vectors": ({"type": "max_pool2d", "pool_size": 2}, (4, 4, 16)),
    "channels that do not fill SIMD vectors": ({"type": "max_pool2d", "pool_size": (1, 3)}, (2, 6, 29)),
    "batch norm of images": ("batch_norm", (4, 5, 3)),
    "batch norm of columns": ("batch_norm", (6,)),
    "batch norm without scale and shift": ({"type": "batch_norm", "scale": False, "shift": False}, (7, 2)),
}


def watched(monkeypatch):
    """Use compiled kernels for arrays of any size, and return a list that receives the name of every loaded module."""
    import numba  # noqa: F401  # some operations use numba only if it is imported

    called = []
    monkeypatch.setattr(numba_ops, "MIN_COMPILED_SIZE", 0)
    monkeypatch.setattr(numba_ops, "load_compiled", lambda name: called.append(name) or load_compiled(name))
    return called


def computed(layer, shape, dtype, *, input_gradient=True):
    """Return (y, dx, parameter gradients) of a training pass over rows with ties."""
    network = Network(layers_of([layer]), shape, np.dtype(dtype), 0)
    rng = np.random.default_rng(1)
    network.vector[...] += rng.normal(size=network.vector.shape).astype(dtype)
    run = Pass(network, 1, input_gradient=input_gradient)
    run.pass_state.training = True
    run.gradient.fill(np.nan)
    x = (rng.integers(-3, 4, (8, *shape)) + 20 * (layer != "relu")).astype(dtype)
    before = x.copy()
    y, backwards = run.forward(x)
    dx = run.backward(rng.normal(size=y.shape).astype(dtype), backwards)
    np.testing.assert_array_equal(x, before)
    return y, dx, run.gradient


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize(("layer", "shape"), CASES.values(), ids=CASES)
def test_results_agree_with_numpy(layer, shape, dtype, monkeypatch, without_numba):
    called = watched(monkeypatch)
    found = computed(layer, shape, dtype)
    assert called
    without_dx = computed(layer, shape, dtype, input_gradient=False)
    without_numba()
    expected = computed(layer, shape, dtype)
    tolerance = {"float32": 2e-5, "float64": 1e-12}[dtype]
    for one, other in zip(found, expected, strict=True):
        assert one.dtype == dtype
        np.testing.assert_allclose(one, other, rtol=tolerance, atol=tolerance)
    np.testing.assert_array_equal(without_dx[2], found[2])


def test_relu_has_the_same_bits_as_numpy(monkeypatch):
    watched(monkeypatch)
    monkeypatch.setattr(relu_ops, "MAX_SMALL_SIZE", 0)
    x = np.array([[-0.0, 0.0, -1, 2, np.nan, np.inf, -np.inf]] * 3)
    dy = np.array([[-1.0] * 7, [2.0] * 7, [np.nan] * 7])
    results = []
    for ops in (NumbaOps(), NumpyOps()):
        monkeypatch.setattr(relu, "current_ops", lambda ops=ops: ops)
        run = run_of("relu", (7,), input_gradient=True)
        y, backwards = run.forward(x)
        with np.errstate(invalid="ignore"):
            results.append((y.tobytes(), run.backward(dy.copy(), backwards).tobytes()))
    assert results[0] == results[1]


def test_relu_does_not_import_numba_by_itself(monkeypatch):
    called = watched(monkeypatch)
    monkeypatch.setattr(numba_ops, "numba_is_imported", lambda: False)
    NumbaOps().relu(np.ones(3))
    assert not called


def test_relu_propagates_nan(monkeypatch):
    called = watched(monkeypatch)
    y, _ = run_of("relu", (3,)).forward(np.array([[np.nan, -1, np.inf]]))
    assert called
    np.testing.assert_array_equal(y, [[np.nan, 0, np.inf]])


@pytest.mark.parametrize("channels", [3, 16, 21])
def test_the_maximum_of_a_tile_with_nan_is_nan(channels, monkeypatch, without_numba):
    called = watched(monkeypatch)
    x = np.random.default_rng(0).normal(size=(2, 4, 4, channels))
    x[0, 0, 1, 2], x[1, 3, 3, 0], x[1, 0, 0, 1], x[0, 2:, :2, channels - 1] = np.nan, np.inf, -np.inf, np.nan
    y, _ = run_of({"type": "max_pool2d", "pool_size": 2}, (4, 4, channels)).forward(x)
    assert called
    without_numba()
    expected, _ = run_of({"type": "max_pool2d", "pool_size": 2}, (4, 4, channels)).forward(x)
    np.testing.assert_array_equal(y, expected)
    assert np.isnan(y).sum() == 2


def test_numpy_computes_arrays_of_integers(monkeypatch):
    called = watched(monkeypatch)
    x = np.arange(2 * 4 * 4 * 16).reshape(2, 4, 4, 16)
    y, _ = run_of({"type": "max_pool2d", "pool_size": 2}, (4, 4, 16)).forward(x)
    assert not called
    np.testing.assert_array_equal(y, x[:, 1::2, 1::2])


def run_of(layer, shape, *, input_gradient=False):
    """Return a pass through one layer in float64."""
    return Pass(Network(layers_of([layer]), shape, np.dtype(np.float64), 0), 1, input_gradient=input_gradient)
