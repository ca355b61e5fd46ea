"""Test which compiler the results of a network depend on."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pytest

from nncli.nn.layers.batch_norm import BatchNorm
from nncli.nn.layers.sequential import layers_of
from nncli.nn.network import Network
from nncli.ops import current_ops
from nncli.training.compiler import compiler_of


@dataclass(frozen=True)
class OwnNorm(BatchNorm):
    """A user's layer."""


@pytest.mark.parametrize(
    ("layers", "shape", "compiled"),
    [
        ([{"type": "conv2d", "filters": 1, "kernel_size": 2}], (4, 4, 1), True),
        (["batch_norm"], (4,), True),
        ([OwnNorm()], (4,), True),
        ([{"type": "residual", "layers": [{"type": "group_norm", "groups": 2}]}], (4,), True),
        ([{"type": "layer_norm"}, {"type": "dense", "units": 2}, "relu"], (4,), False),
    ],
    ids=str,
)
def test_compiler_is_none_unless_a_layer_depends_on_it(layers, shape, compiled):
    found = compiler_of(Network(layers_of(layers), shape, np.dtype(np.float32), 0))
    assert found == (current_ops().compiler if compiled else "none")
