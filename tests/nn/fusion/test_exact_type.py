"""Layers that are exactly of a registered type."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from nncli.nn.activations.relu import ReLU
from nncli.nn.fusion.exact_type import is_exactly
from nncli.nn.layers.flatten import Flatten


@dataclass(frozen=True)
class OwnReLU(ReLU):
    pass


@pytest.mark.parametrize(("layer", "expected"), [(ReLU(), True), (OwnReLU(), False), (Flatten(), False)], ids=str)
def test_a_subclass_is_not_exactly_of_the_type_of_its_base(layer, expected):
    assert is_exactly(layer, ("relu", "tanh")) == expected
