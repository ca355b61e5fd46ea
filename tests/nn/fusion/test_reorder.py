"""Reordering of layers: only max pooling moves before relu."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from nncli.nn.fusion.reorder import reorder
from nncli.nn.layers.max_pool2d import MaxPool2D
from nncli.nn.layers.sequential import layers_of
from tests.nn.fusion.layers import pool


@dataclass(frozen=True)
class OtherPool(MaxPool2D):
    """A subclass, which may pool differently."""


@pytest.mark.parametrize(
    ("layers", "order"),
    [
        (["relu", pool(3, padding=1)], [1, 0]),
        (["relu", "relu", pool(), "relu", pool()], [0, 2, 1, 4, 3]),
        (["relu", "global_max_pool2d"], [1, 0]),
        (["gelu", pool()], [0, 1]),  # gelu is not monotonic
        (["tanh", pool()], [0, 1]),
        (["relu", {"type": "avg_pool2d"}], [0, 1]),
        ([pool(), "relu"], [0, 1]),
        (["relu", OtherPool()], [0, 1]),
    ],
    ids=str,
)
def test_only_max_pooling_moves_before_relu(layers, order):
    assert reorder(layers_of(layers).layers) == order
