"""Multiply-adds and the number of values saved for backward, compared with values computed by hand."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from nncli.nn.cost import multiply_adds, saved_values
from nncli.nn.layer import Layer
from nncli.nn.layers import GRU, LSTM, BatchNorm, Dense, Embedding
from nncli.nn.layers.sequential import layers_of


@pytest.mark.parametrize(
    ("config", "shape", "products"),
    [
        ({"type": "dense", "units": 5}, (3,), 15),
        ({"type": "dense", "units": 5, "bias": False}, (2, 3), 30),
        ({"type": "conv2d", "filters": 4, "kernel_size": [3, 2]}, (8, 9, 2), 6 * 8 * 3 * 2 * 2 * 4),
        ({"type": "conv2d", "filters": 4, "kernel_size": 3, "stride": 2, "padding": "same"}, (7, 7, 1), 16 * 9 * 4),
        ({"type": "conv2d", "filters": 4, "kernel_size": 3, "groups": 2, "dilation": 2}, (7, 7, 2), 9 * 9 * 1 * 4),
        ({"type": "conv1d", "filters": 4, "kernel_size": 3, "stride": 2}, (9, 2), 4 * 3 * 2 * 4),
        ({"type": "max_pool2d", "pool_size": 2}, (8, 8, 2), 0),
        ("relu", (7,), 0),
        (
            {"type": "sequential", "layers": [{"type": "dense", "units": 4}, "relu", {"type": "dense", "units": 2}]},
            (3,),
            12 + 8,
        ),
        ({"type": "embedding", "entries": 9, "units": 3}, (4,), 0),
        ({"type": "layer_norm", "axes": "all"}, (3, 2, 5), 0),
        ({"type": "lstm", "units": 4}, (7, 3), 7 * (3 + 4) * 16),
        ({"type": "gru", "units": 4, "return_sequences": True}, (7, 3), 7 * (3 + 4) * 12),
        ({"type": "residual", "layers": [{"type": "dense", "units": 5}]}, (5,), 25),
        (
            {"type": "residual", "layers": [{"type": "conv2d", "filters": 4, "kernel_size": 1, "stride": 2}]},
            (6, 6, 2),
            2 * 9 * 2 * 4,
        ),
        (
            {
                "type": "residual",
                "layers": [{"type": "dense", "units": 5}],
                "shortcut": {"type": "dense", "units": 5, "bias": False},
            },
            (3,),
            2 * 15,
        ),
    ],
)
def test_multiply_adds_per_row(config, shape, products):
    assert multiply_adds(layers_of([config]).layers[0], shape) == products


def test_saved_values_per_row():
    assert saved_values(Dense(units=3), (4,)) == 0
    assert saved_values(BatchNorm(), (3, 4)) == 12
    assert saved_values(LSTM(units=5), (7, 3)) == 7 * 5 * 2 * 6
    assert saved_values(GRU(units=5), (7, 3)) == 7 * 5 * 2 * 5


def test_subclasses_inherit_costs_and_plugins_may_define_them():
    @dataclass(frozen=True)
    class Words(Embedding):
        pass

    @dataclass(frozen=True)
    class Own(Layer):
        def multiply_adds(self, input_shape):
            return 17

        def kept(self, input_shape):
            return 2 * input_shape[0]

    assert multiply_adds(Words(entries=9, units=3), (4,)) == 0
    assert (multiply_adds(Own(), (4,)), saved_values(Own(), (4,))) == (17, 8)
    assert multiply_adds(layers_of([Own(), {"type": "dense", "units": 2}]), (4,)) == 17 + 8
