"""Convolution by its definition, for one image, window and filter at a time."""

from __future__ import annotations

import numpy as np

from nncli.core.types import Array
from tests.oracle.windows import Pair, extract_window, inside, output_size, windows


def convolution_step(patch: Array, kernel: Array, bias: float) -> float:
    """Return the sum of the elementwise product of a window and a kernel, plus the bias."""
    assert patch.shape == kernel.shape
    total = bias
    for a, b in zip(patch.ravel(), kernel.ravel(), strict=True):
        total += a * b
    return total


def channels_of(filter_number: int, weight: Array, groups: int) -> slice:
    """Return the input channels of a filter; consecutive channels and filters form groups of equal size."""
    channels, filters = weight.shape[2], weight.shape[3] // groups
    group = 0
    while filter_number >= (group + 1) * filters:
        group += 1
    return slice(group * channels, (group + 1) * channels)


def forward(
    x: Array,
    weight: Array,
    bias: Array,
    stride: int | Pair,
    padding: str | int | Pair,
    dilation: int | Pair = 1,
    groups: int = 1,
) -> Array:
    """Convolve (n, height, width, channels) to (n, rows, columns, filters)."""
    window, filters = weight.shape[:2], weight.shape[3]
    size = x.shape[1:3]
    y = np.full((len(x), *output_size(size, window, stride, padding, dilation), filters), np.nan)
    for n, image in enumerate(x):
        for (row, column), corner in windows(size, window, stride, padding, dilation):
            patch = extract_window(image, corner, window, 0.0, dilation)
            for f in range(filters):
                part = patch[..., channels_of(f, weight, groups)]
                y[n, row, column, f] = convolution_step(part, weight[..., f], bias[f])
    return y


def backward(
    dy: Array,
    x: Array,
    weight: Array,
    stride: int | Pair,
    padding: str | int | Pair,
    dilation: int | Pair = 1,
    groups: int = 1,
) -> tuple[Array, Array, Array]:
    """Return (dx, dweight, dbias).

    Every product of an input and a weight contributes to the gradients of both; every output contributes to dbias.
    """
    window, filters = weight.shape[:2], weight.shape[3]
    dx, dweight, dbias = np.zeros_like(x), np.zeros_like(weight), np.zeros(filters)
    for n, image in enumerate(x):
        for (row, column), corner in windows(image.shape[:2], window, stride, padding, dilation):
            for f in range(filters):
                slope, channels = dy[n, row, column, f], channels_of(f, weight, groups)
                dbias[f] += slope
                for place, source in inside(image.shape[:2], corner, window, dilation):
                    dx[n][source][channels] += slope * weight[place][:, f]
                    dweight[place][:, f] += slope * image[source][channels]
    return dx, dweight, dbias
