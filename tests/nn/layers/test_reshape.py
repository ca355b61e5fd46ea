"""Reshape."""

from __future__ import annotations

import numpy as np
import pytest

from nncli.core.errors import ConfigError, ShapeError
from nncli.nn.layers import Reshape
from tests.nn.layers.run import run


def test_the_last_axis_varies_fastest():
    x = np.arange(24.0).reshape(2, 12)
    y, dx, _ = run(Reshape(shape=(2, 3, 2)), x, -np.arange(24.0).reshape(2, 2, 3, 2))
    assert y[1, 1, 2, 0] == 22
    np.testing.assert_array_equal(y, np.arange(24.0).reshape(2, 2, 3, 2))
    np.testing.assert_array_equal(dx, -x)


@pytest.mark.parametrize(
    ("shape", "before", "after"),
    [((4, 3), (12,), (4, 3)), ((-1, 3), (12,), (4, 3)), ((12,), (2, 2, 3), (12,)), ((2, -1, 2), (12,), (2, 3, 2))],
)
def test_output_shapes_are_inferred(shape, before, after):
    assert Reshape(shape=shape).output_shape(before) == after


@pytest.mark.parametrize(("shape", "wanted"), [((5, 2), "wants 10 values"), ((5, -1), "wants a multiple of 5 values")])
def test_sizes_must_fit_the_input(shape, wanted):
    with pytest.raises(ShapeError, match=wanted):
        Reshape(shape=shape).output_shape((12,))


@pytest.mark.parametrize("shape", [(0, 2), (-1, -1), (), (-2,)])
def test_invalid_shapes_are_refused(shape):
    with pytest.raises(ConfigError, match="shape"):
        Reshape(shape=shape)


def test_an_empty_batch_is_accepted():
    assert run(Reshape(shape=(2, -1)), np.empty((0, 6)), np.empty((0, 2, 3)))[0].shape == (0, 2, 3)
