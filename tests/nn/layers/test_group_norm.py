"""Group normalization, compared with loops from the definition and with layer normalization."""

from __future__ import annotations

import numpy as np
import pytest

from nncli.core.builder import build
from nncli.core.errors import ConfigError, ShapeError
from nncli.core.registry import LAYERS
from nncli.nn.layers import GroupNorm, LayerNorm
from tests.nn.layers.run import run

SHAPES = [(6,), (5, 6), (4, 7, 6)]  # flat rows, sequences, images


def by_definition(x, groups, scale, shift, epsilon):
    y = np.empty_like(x)
    size = x.shape[-1] // groups
    for row in range(len(x)):
        for group in range(groups):
            channels = slice(group * size, (group + 1) * size)
            values = x[row, ..., channels]
            normal = (values - values.mean()) / np.sqrt(values.var() + epsilon)
            y[row, ..., channels] = normal * scale[channels] + shift[channels]
    return y


@pytest.mark.parametrize("groups", [1, 2, 3])
@pytest.mark.parametrize("shape", SHAPES, ids=str)
def test_outputs_and_gradients_match_the_definition(shape, groups):
    random = np.random.default_rng(1)
    x, scale, shift = random.standard_normal((3, *shape)) + 2, random.standard_normal(6), random.standard_normal(6)
    y, _, g = run(GroupNorm(groups=groups, epsilon=0.01), x, scale=scale, shift=shift)
    np.testing.assert_allclose(y, by_definition(x, groups, scale, shift, 0.01), rtol=1e-12, atol=1e-12)
    np.testing.assert_allclose(g["shift"], np.full(6, x.size / 6), rtol=1e-12)  # dy is 1 everywhere
    whole = by_definition(x, groups, np.ones(6), np.zeros(6), 0.01)
    np.testing.assert_allclose(g["scale"], whole.sum(axis=tuple(range(x.ndim - 1))), rtol=1e-10, atol=1e-12)


def test_one_group_equals_layer_norm_over_the_row():
    x, dy = np.random.default_rng(2).standard_normal((2, 4, 3, 6, 5))
    given = {"scale": False, "shift": False}
    found, expected = run(GroupNorm(groups=1, **given), x, dy), run(LayerNorm(axes="all", **given), x, dy)
    for one, other in zip(found[:2], expected[:2], strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-12, atol=1e-13)


def test_invalid_groups_are_refused():
    with pytest.raises(ShapeError, match="wants a number of channels that can be divided into 4 groups"):
        GroupNorm(groups=4).output_shape((5, 5, 6))
    for shape, groups in (((6,), 6), ((1, 1, 6), 6), ((1,), 1)):
        with pytest.raises(ShapeError, match="wants groups of two values or more"):
            GroupNorm(groups=groups).output_shape(shape)
    assert GroupNorm(groups=6).output_shape((2, 1, 6)) == (2, 1, 6)


def test_parameters():
    scale, shift = GroupNorm(groups=2).parameters((3, 2, 6)).values()
    assert (scale.shape, shift.shape, scale.decayed, shift.decayed) == ((6,), (6,), False, False)
    assert list(GroupNorm(groups=2, shift=False).parameters((6,))) == ["scale"]


def test_a_key_of_another_library_gives_advice():
    with pytest.raises(ConfigError, match="unknown key 'num_groups' for group_norm: write groups"):
        build(LAYERS, {"type": "group_norm", "groups": 1, "num_groups": 2})
