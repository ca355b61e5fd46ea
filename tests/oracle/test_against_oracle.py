"""Compare convolution and pooling with plain loops over a grid of sizes, strides and paddings."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest

from nncli.nn.layers.sequential import layers_of
from nncli.nn.network import Network, Pass
from tests.long import first
from tests.oracle import convolution, pooling
from tests.oracle.windows import output_size, span, to_pair

SIZES = [(5, 6), (7, 3)]  # square and elongated
WINDOWS = [1, 2, 3, (2, 3), (4, 1)]
STRIDES = [1, 2, (2, 1), (1, 3)]
PADDINGS = ["valid", "same", 0, (2, 1), (0, 1), 4]


def fits(size, window, stride, padding):
    return min(output_size(size, window, stride, padding)) > 0


CONVOLUTIONS = [case for case in product(SIZES, WINDOWS, STRIDES, PADDINGS) if fits(*case)]
POOLS = [
    case
    for case in CONVOLUTIONS
    if isinstance(case[3], str) or all(p < k for p, k in zip(to_pair(case[3]), to_pair(case[1]), strict=True))
]


DILATED = [  # the groups have several channels, one channel, or one channel and many filters
    (window, stride, padding, dilation, channels, groups, filters)
    for (channels, groups, filters), window, (stride, padding), dilation in product(
        [(3, 1, 2), (4, 2, 4), (3, 3, 3), (2, 2, 4), (2, 2, 10)],
        [(2, 3), (3, 1), 1],
        [(1, "same"), (2, "same"), (1, "valid"), ((1, 2), (1, 2)), ((2, 1), 3), (1, (0, 5))],
        [2, (3, 1), 1],
    )
    if groups * max(to_pair(dilation)) > 1 and fits(SIZES[0], span(window, dilation), stride, padding)
]
# reordered, so that the first cases cover all numbers of groups
DILATED = [case for start in range(17) for case in DILATED[start::17]]


def for_all_cases(cases):
    """Run a test for every case; those of the second size only among the long tests."""
    short = sum(case[0] == SIZES[0] for case in cases)
    return pytest.mark.parametrize("case", first(short, [(case,) for case in cases]), ids=str)


def agree(found, expected):
    np.testing.assert_allclose(found, expected, rtol=1e-12, atol=1e-12)


def run(config, x, dy):
    """Return (network, output, gradient of the input, gradients of the parameters by name)."""
    network = Network(layers_of([config]), x.shape[1:], np.dtype(np.float64), seed=0)
    network.vector[:] = np.random.default_rng(1).standard_normal(network.vector.size)
    bound = Pass(network, 1, input_gradient=True)
    bound.gradient.fill(np.nan)
    y, backwards = bound.forward(x)
    assert y.shape == dy.shape
    dx = bound.backward(dy.copy(), backwards)
    return network, y, dx, network.layout.named(bound.gradient)


@for_all_cases(CONVOLUTIONS)
def test_convolution_agrees_with_loops(case):
    size, window, stride, padding = case
    random = np.random.default_rng(0)
    # convolutions of few and of many channels are computed by different code
    channels = 1 + (sum(size) + sum(to_pair(window)) + sum(to_pair(stride))) % 3
    x = random.standard_normal((2, *size, channels))
    dy = random.standard_normal((2, *output_size(size, window, stride, padding), 2))
    config = {"type": "conv2d", "filters": 2, "kernel_size": window, "stride": stride, "padding": padding}
    network, y, dx, gradient = run(config, x, dy)
    weight, bias = network.named()["0.conv2d.weight"], network.named()["0.conv2d.bias"]
    agree(y, convolution.forward(x, weight, bias, stride, padding))
    expected = convolution.backward(dy, x, weight, stride, padding)
    for found, wanted in zip((dx, gradient["0.conv2d.weight"], gradient["0.conv2d.bias"]), expected, strict=True):
        agree(found, wanted)


@pytest.mark.parametrize("case", first(14, [(case,) for case in DILATED]), ids=str)
def test_dilated_and_grouped_convolution_agrees_with_loops(case):
    window, stride, padding, dilation, channels, groups, filters = case
    random = np.random.default_rng(0)
    x = random.standard_normal((2, *SIZES[0], channels))
    dy = random.standard_normal((2, *output_size(SIZES[0], window, stride, padding, dilation), filters))
    config = {"type": "conv2d", "filters": filters, "kernel_size": window, "stride": stride, "padding": padding}
    network, y, dx, gradient = run(config | {"dilation": dilation, "groups": groups}, x, dy)
    weight, bias = network.named()["0.conv2d.weight"], network.named()["0.conv2d.bias"]
    agree(y, convolution.forward(x, weight, bias, stride, padding, dilation, groups))
    expected = convolution.backward(dy, x, weight, stride, padding, dilation, groups)
    for found, wanted in zip((dx, gradient["0.conv2d.weight"], gradient["0.conv2d.bias"]), expected, strict=True):
        agree(found, wanted)


@pytest.mark.parametrize("values", ["distinct", "ties", "negative"])
@for_all_cases(POOLS)
def test_max_pooling_agrees_with_loops(case, values):
    size, window, stride, padding = case
    random = np.random.default_rng(0)
    x = random.integers(0, 3, (2, *size, 2)) * 1.0 if values == "ties" else random.standard_normal((2, *size, 2))
    if values == "negative":  # so that a padded zero would be the wrong maximum
        x -= 10
    dy = random.standard_normal((2, *output_size(size, window, stride, padding), 2))
    config = {"type": "max_pool2d", "pool_size": window, "stride": stride, "padding": padding}
    _, y, dx, _ = run(config, x, dy)
    agree(y, pooling.max_forward(x, window, stride, padding))
    agree(dx, pooling.max_backward(dy, x, window, stride, padding))


@for_all_cases(POOLS)
def test_average_pooling_agrees_with_loops(case):
    size, window, stride, padding = case
    random = np.random.default_rng(0)
    x = random.standard_normal((2, *size, 2))
    dy = random.standard_normal((2, *output_size(size, window, stride, padding), 2))
    config = {"type": "avg_pool2d", "pool_size": window, "stride": stride, "padding": padding}
    _, y, dx, _ = run(config, x, dy)
    agree(y, pooling.average_forward(x, window, stride, padding))
    agree(dx, pooling.average_backward(dy, x, window, stride, padding))
