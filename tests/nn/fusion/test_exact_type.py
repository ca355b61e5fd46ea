"""Test the check for the exact type of a layer."""

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
def test_is_exactly_rejects_subclasses(layer, expected):
    assert is_exactly(layer, ("relu", "tanh")) == expected
