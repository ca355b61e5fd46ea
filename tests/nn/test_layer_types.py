"""Questions about the type of a layer."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from nncli.nn.activations.relu import ReLU
from nncli.nn.layer_types import derives_from, is_exactly
from nncli.nn.layers.flatten import Flatten


@dataclass(frozen=True)
class OwnReLU(ReLU):
    pass


@pytest.mark.parametrize(
    ("layer", "exactly", "derives"),
    [(ReLU(), True, True), (OwnReLU(), False, True), (Flatten(), False, False)],
    ids=str,
)
def test_subclasses_derive_from_a_layer_and_are_not_exactly_it(layer, exactly, derives):
    assert is_exactly(layer, ("relu", "tanh")) == exactly
    assert derives_from(layer, ("relu", "tanh")) == derives
