"""Flatten."""

from __future__ import annotations

import numpy as np

from nncli.nn.layers import Flatten
from tests.nn.layers.run import run


def test_the_last_axis_varies_fastest():
    x = np.arange(24.0).reshape(2, 3, 2, 2)
    dy = -x.reshape(2, 12)
    y, dx, _ = run(Flatten(), x, dy)
    np.testing.assert_array_equal(y, np.arange(24.0).reshape(2, 12))
    np.testing.assert_array_equal(dx, -x)
    assert Flatten().output_shape((3, 2, 2)) == (12,)
