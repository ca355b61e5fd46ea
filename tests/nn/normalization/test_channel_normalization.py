"""Normalization of each channel over all rows and positions, as in batch normalization."""

from __future__ import annotations

import numpy as np
import pytest

from nncli.nn.context import Context, PassState
from nncli.nn.normalization import normalize_channels

CONTEXT = Context(0, PassState(), True, {})


def over_all_rows(x, dy, p):
    """Normalize over all rows and positions; return (y, dx, g, mean, variance)."""
    positions = x.size // x.shape[-1]
    view = (1, positions, x.shape[-1])

    def average(sums):
        assert sums.shape == (1, 1, x.shape[-1])
        return sums / positions

    y, backward, mean, variance = normalize_channels(p, x, view, average, 0.01, CONTEXT)
    g = {name: np.full_like(array, np.nan) for name, array in p.items()}
    return y, backward(dy.copy(), g), g, mean, variance


@pytest.mark.parametrize("shape", [(48, 2), (7, 5, 5, 3), (13, 1), (2, 1, 17, 4)], ids=str)
def test_statistics_outputs_and_gradients_match_numpy(shape):
    x, dy = np.random.default_rng(0).standard_normal((2, *shape)) + 1
    channels, axes = shape[-1], tuple(range(len(shape) - 1))
    p = {"scale": np.arange(1.0, channels + 1), "shift": np.arange(channels) - 2.0}
    y, dx, g, mean, variance = over_all_rows(x, dy, p)
    np.testing.assert_allclose(mean, x.mean(axes)[None, None], rtol=1e-12)
    np.testing.assert_allclose(variance, x.var(axes)[None, None], rtol=1e-12)
    sigma = np.sqrt(x.var(axes) + 0.01)
    normal = (x - x.mean(axes)) / sigma
    np.testing.assert_allclose(y, normal * p["scale"] + p["shift"], rtol=1e-12, atol=1e-12)
    np.testing.assert_allclose(g["scale"], (dy * normal).sum(axes), rtol=1e-12, atol=1e-12)
    np.testing.assert_allclose(g["shift"], dy.sum(axes), rtol=1e-12, atol=1e-12)
    wanted = (dy - dy.mean(axes) - normal * (dy * normal).mean(axes)) * p["scale"] / sigma
    np.testing.assert_allclose(dx, wanted, rtol=1e-12, atol=1e-12)


def test_inputs_are_unchanged_and_the_input_gradient_is_optional():
    x, dy = np.random.default_rng(0).standard_normal((2, 6, 3))
    before = x.copy()
    silent = Context(0, PassState(), False, {})
    _, backward, mean, variance = normalize_channels({}, x, (6, 1, 3), lambda sums: sums * 0.5, 0.1, silent)
    assert backward(dy, {}) is None
    np.testing.assert_array_equal(x, before)
    np.testing.assert_array_equal(mean, x[:, None] / 2)  # with one position, the sums equal the values
    np.testing.assert_allclose(variance, (x[:, None] / 2) ** 2 / 2, rtol=1e-15)
