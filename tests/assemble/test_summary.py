"""Test the model summary against values computed by hand."""

from __future__ import annotations

import numpy as np

from nncli.assemble.summary import summarize
from nncli.nn.layers.sequential import layers_of
from nncli.nn.network import Network

MODEL = [
    {
        "type": "residual",
        "layers": [{"type": "conv2d", "filters": 3, "kernel_size": 3, "stride": 2, "padding": "same"}, "batch_norm"],
        "shortcut": {"type": "sequential", "layers": [{"type": "conv2d", "filters": 3, "kernel_size": 1, "stride": 2}]},
    },
    {"type": "residual", "layers": [{"type": "dense", "units": 5}, "relu"], "shortcut": {"type": "dense", "units": 5}},
    {"type": "residual", "layers": [{"type": "dense", "units": 5}]},
]


def test_a_shortcut_gets_the_input_of_its_block():
    found = summarize(layers_of(MODEL).children(), (8, 8, 2))
    rows = [
        (depth, layer.name, layer.output_shape, layer.trainable, layer.non_trainable)
        for depth, layer in flattened(found)
    ]
    assert rows == [
        (0, "0.residual", (4, 4, 3), 57 + 6 + 9, 6),
        (1, "0.conv2d", (4, 4, 3), 9 * 2 * 3 + 3, 0),
        (1, "1.batch_norm", (4, 4, 3), 6, 6),
        (1, "shortcut", (4, 4, 3), 9, 0),
        (2, "0.conv2d", (4, 4, 3), 2 * 3 + 3, 0),
        (0, "1.residual", (5,), 490, 0),
        (1, "0.dense", (5,), 48 * 5 + 5, 0),
        (1, "1.relu", (5,), 0, 0),
        (1, "shortcut", (5,), 48 * 5 + 5, 0),
        (0, "2.residual", (5,), 30, 0),
        (1, "0.dense", (5,), 30, 0),
    ]


def test_counts_match_the_network_and_the_nested_layers():
    model = layers_of([*MODEL, {"type": "residual", "layers": [{"type": "dense", "units": 7}], "initializer": "he"}])
    layout = Network(model, (8, 8, 2), np.dtype(np.float32), 0).layout
    found = summarize(model.children(), (8, 8, 2))
    assert sum(layer.parameters for layer in found) == layout.size
    assert sum(layer.trainable for layer in found) == layout.trainable
    for _, layer in flattened(found):
        if layer.inside:
            assert layer.parameters == sum(one.parameters for one in layer.inside)
            assert layer.non_trainable == sum(one.non_trainable for one in layer.inside)
            assert layer.multiply_adds == sum(one.multiply_adds for one in layer.inside)
    assert found[-1].inside[-1].name == "projection"


def flattened(summaries):
    return [item for layer in summaries for item in layer.flattened()]
