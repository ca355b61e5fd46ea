"""Advice on shapes and batch sizes."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from nncli.nn.layer import Layer
from nncli.nn.layers import BatchNorm, Dense, Residual
from nncli.nn.layers.sequential import Sequential
from nncli.nn.shape_advice import batch_size_fault, shape_hint


@pytest.mark.parametrize(
    ("shape", "rows", "refused"), [((4,), 1, True), ((1, 1, 4), 1, True), ((4,), 2, False), ((2, 1, 4), 1, False)]
)
def test_batch_norm_needs_two_values_per_channel(shape, rows, refused):
    assert (batch_size_fault(BatchNorm(), shape, rows) is not None) == refused
    assert batch_size_fault(Dense(units=3), shape, rows) is None


def test_plugin_layers_may_define_shape_hint_and_batch_fault():
    @dataclass(frozen=True)
    class Pairs(Layer):
        shape_hint = "give it pairs"

        def batch_fault(self, input_shape, rows):
            return "an odd batch" if rows % 2 else None

    assert (batch_size_fault(Pairs(), (4,), 3), batch_size_fault(Pairs(), (4,), 4)) == ("an odd batch", None)
    dense = (Dense(units=3),)
    assert [shape_hint(item) for item in (Pairs(), Sequential(layers=dense))] == ["give it pairs", ""]
    assert "padding: same" in shape_hint(Residual(layers=dense))
