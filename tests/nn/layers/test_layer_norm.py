"""Layer normalization, compared with values computed by hand and with loops from the definition."""

from __future__ import annotations

import numpy as np
import pytest

from nncli.core.builder import build
from nncli.core.errors import ConfigError, ShapeError
from nncli.core.registry import LAYERS
from nncli.nn.layers import LayerNorm
from tests.nn.layers.run import run


def test_by_hand():
    # mean 3, variance (4 + 0 + 4 + 0) / 4 = 2, epsilon 2, so sigma = 2 and x_hat = (-1, 0, 1, 0)
    x, dy = np.array(((1.0, 3, 5, 3),)), np.array(((1.0, 2, 0, -1),))
    y, dx, g = run(LayerNorm(epsilon=2), x, dy, scale=np.array((1.0, 2, 3, 4)), shift=np.array((0.5, 0, 0, -1)))
    np.testing.assert_array_equal(y, ((-0.5, 0, 3, -1),))
    np.testing.assert_array_equal(g["scale"], (-1, 0, 0, 0))
    np.testing.assert_array_equal(g["shift"], (1, 2, 0, -1))
    # dy' = (1, 4, 0, -4), mean(dy') = 1/4, mean(dy' * x_hat) = -1/4, so dx = (dy' - 1/4 + x_hat / 4) / 2
    np.testing.assert_allclose(dx, ((0.25, 1.875, 0, -2.125),), rtol=1e-15)


@pytest.mark.parametrize("axes", ["last", "all"])
def test_axes_last_normalizes_each_position_and_axes_all_the_whole_row(axes):
    x = np.random.default_rng(0).standard_normal((2, 3, 4, 5)) * 3 + 7
    y, _, _ = run(LayerNorm(axes=axes, scale=False, shift=False, epsilon=1e-12), x)
    for row, result in zip(x, y, strict=True):
        together = [(row, result)] if axes == "all" else [(row[i, j], result[i, j]) for i in range(3) for j in range(4)]
        for values, found in together:
            np.testing.assert_allclose(found, (values - values.mean()) / values.std(), rtol=1e-9)


def test_parameters_have_the_normalized_shape_and_no_weight_decay():
    scale, shift = LayerNorm().parameters((3, 2, 5)).values()
    assert (scale.shape, shift.shape, scale.decayed, shift.decayed) == ((5,), (5,), False, False)
    assert [spec.shape for spec in LayerNorm(axes="all").parameters((3, 2, 5)).values()] == [(3, 2, 5)] * 2
    assert [spec.initializer.draw(np.random.default_rng(0), (2,), 1, 1).tolist() for spec in (scale, shift)] == [
        [1, 1],
        [0, 0],
    ]
    assert list(LayerNorm(scale=False).parameters((4,))) == ["shift"]
    assert LayerNorm(scale=False, shift=False).parameters((4,)) == {}


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_equal_values_become_zero_and_a_large_mean_keeps_precision(dtype):
    y, dx, _ = run(LayerNorm(scale=False, shift=False), np.full((1, 4), 1e4, dtype), np.array(((1.0, 2, 3, 4),), dtype))
    np.testing.assert_array_equal(y, 0)
    np.testing.assert_allclose(dx, np.array(((-1.5, -0.5, 0.5, 1.5),)) / np.sqrt(1e-5), rtol=1e-5)
    x = np.array(((-1.0, 1, 2, 0),), dtype)
    near, far = (run(LayerNorm(scale=False, shift=False), x + offset)[0] for offset in (0, dtype(4096)))
    np.testing.assert_array_equal(far, near)  # the sums of these small integers are exact


@pytest.mark.parametrize(
    ("axes", "shape", "words"),
    [
        ("last", (1,), "wants two values or more to normalize"),
        ("all", (1, 1, 1), "wants two values or more to normalize"),
        ("last", (4, 4, 1), r"\(a single value is always normalized to 0\); axes: all would fit"),
    ],
)
def test_normalizing_a_single_value_is_refused(axes, shape, words):
    with pytest.raises(ShapeError, match=words):
        LayerNorm(axes=axes).output_shape(shape)
    assert LayerNorm(axes="all").output_shape((4, 4, 1)) == (4, 4, 1)


@pytest.mark.parametrize(
    ("key", "words"),
    [("axis", "write axes: last"), ("normalized_shape", "write axes"), ("eps", "epsilon"), ("center", "write shift")],
)
def test_keys_of_other_libraries_give_advice(key, words):
    with pytest.raises(ConfigError, match=f"unknown key '{key}' for layer_norm: .*{words}"):
        build(LAYERS, {"type": "layer_norm", key: 1})


@pytest.mark.parametrize("size", [100, 300, 784])
def test_large_equal_values_become_0(size):
    y, _, _ = run(LayerNorm(scale=False, shift=False), np.full((2, size), 255, np.float32))
    np.testing.assert_array_equal(y, 0)
