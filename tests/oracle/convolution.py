"""Convolution from its definition, one image, one window and one filter at a time."""

from __future__ import annotations

import numpy as np

from nncli.core.types import Array
from tests.oracle.windows import Pair, cut_out, inside, output_size, windows


def convolution_step(patch: Array, kernel: Array, bias: float) -> float:
    """The elementwise product of a window and a kernel, summed, plus the bias."""
    assert patch.shape == kernel.shape
    total = bias
    for a, b in zip(patch.ravel(), kernel.ravel(), strict=True):
        total += a * b
    return total


def forward(x: Array, weight: Array, bias: Array, stride: int | Pair, padding: str | int | Pair) -> Array:
    """(n, height, width, channels) -> (n, rows, columns, filters)."""
    window, filters = weight.shape[:2], weight.shape[3]
    size = x.shape[1:3]
    y = np.full((len(x), *output_size(size, window, stride, padding), filters), np.nan)
    for n, image in enumerate(x):
        for (row, column), corner in windows(size, window, stride, padding):
            patch = cut_out(image, corner, window, 0.0)
            for f in range(filters):
                y[n, row, column, f] = convolution_step(patch, weight[..., f], bias[f])
    return y


def backward(
    dy: Array, x: Array, weight: Array, stride: int | Pair, padding: str | int | Pair
) -> tuple[Array, Array, Array]:
    """(dx, dweight, dbias): every term of every sum gives its derivative to its two factors and to the bias."""
    window, filters = weight.shape[:2], weight.shape[3]
    dx, dweight, dbias = np.zeros_like(x), np.zeros_like(weight), np.zeros(filters)
    for n, image in enumerate(x):
        for (row, column), corner in windows(image.shape[:2], window, stride, padding):
            for f in range(filters):
                slope = dy[n, row, column, f]
                dbias[f] += slope
                for place, source in inside(image.shape[:2], corner, window):
                    dx[n][source] += slope * weight[place][:, f]
                    dweight[place][:, f] += slope * image[source]
    return dx, dweight, dbias
