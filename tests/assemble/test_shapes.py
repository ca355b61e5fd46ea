"""Test messages and hints for layers that do not accept their input shape."""

from __future__ import annotations

import pytest

from nncli.assemble.image_or_sequence import needs_channel_axis
from nncli.assemble.layer_shapes import follow_shapes
from nncli.nn.layers.sequential import layers_of

CONV1D = {"type": "conv1d", "filters": 4, "kernel_size": 3}
CONV2D = {"type": "conv2d", "filters": 4, "kernel_size": 3}


@pytest.mark.parametrize(
    ("layer", "shape", "message", "hint"),
    [
        (CONV1D, (64,), "conv1d wants (length, channels)", "put {type: reshape, shape: [64, 1]} before conv1d"),
        (
            "max_pool1d",
            (9,),
            "max_pool1d wants (length, channels)",
            "put {type: reshape, shape: [9, 1]} before max_pool1d",
        ),
        (CONV1D, (8, 8, 3), "conv1d wants (length, channels)", "conv2d takes (height, width, channels)"),
        (
            "global_avg_pool1d",
            (8, 8, 3),
            "global_avg_pool1d wants (length, channels)",
            "global_avg_pool2d takes (height, width, channels)",
        ),
        (CONV2D, (128, 2), "conv2d wants (height, width, channels)", "conv1d takes (length, channels)"),
        (
            CONV2D,
            (28, 28),
            "conv2d wants (height, width, channels)",
            "conv1d takes (length, channels); for images put {type: reshape, shape: [28, 28, 1]} before conv2d",
        ),
        (CONV2D, (5, 5, 5, 1), "conv2d wants (height, width, channels)", ""),
        (
            CONV2D,
            (192,),
            "conv2d wants (height, width, channels)",
            "put {type: reshape, shape: [8, 8, 3]} before conv2d",
        ),
        (CONV2D, (10,), "conv2d wants (height, width, channels)", ""),
        (
            {**CONV1D, "dilation": 4},
            (8, 2),
            "conv1d wants a length of at least 9, padding included, for its dilated window",
            "use padding: same, a smaller window, or fewer pooling layers before this layer",
        ),
        (
            {**CONV2D, "groups": 2},
            (8, 8, 3),
            "conv2d wants channels divisible into 2 groups, or groups: 1",
            "",
        ),
    ],
    ids=str,
)
def test_a_layer_that_does_not_fit_is_reported_with_a_hint(layer, shape, message, hint):
    problems = []
    assert follow_shapes(layers_of([layer]).layers, shape, problems) is None
    (problem,) = problems
    assert problem.message == f"{message}, but the rows of the data have the shape {shape}"
    assert problem.hint == hint


@pytest.mark.parametrize(
    ("layers", "images"),
    [
        ([{"type": "conv1d", "filters": 4, "kernel_size": 30}], False),
        ([{"type": "conv1d", "filters": 4, "kernel_size": 3, "groups": 2}], False),
        ([{"type": "avg_pool1d", "pool_size": 30}, {"type": "dense", "units": 1}], False),
        ([{"type": "group_norm", "groups": 2}, {"type": "lstm", "units": 4}], False),
        ([{"type": "residual", "layers": [{"type": "conv1d", "filters": 3, "kernel_size": 21}]}], False),
        ([{"type": "conv2d", "filters": 4, "kernel_size": 30}], True),
        (["relu", {"type": "conv2d", "filters": 4, "kernel_size": 3, "groups": 2}], True),
        ([{"type": "dense", "units": 3}], True),
    ],
    ids=str,
)
def test_the_first_layer_that_takes_only_images_or_only_sequences_decides(layers, images):
    assert needs_channel_axis(layers_of(layers).layers, (20, 3)) == images
