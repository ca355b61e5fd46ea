"""Depthwise convolution as elementwise products, one position of the kernel after another."""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np

from nncli.core.types import Array
from nncli.ops.row_sums import sum_rows
from nncli.ops.signatures import KernelBackward
from nncli.ops.windows import Windows

MAX_BLOCK_BYTES = 1 << 20  # size of the outputs that are computed together, so that they fit into the cache


def convolve_depthwise(x: Array, W: Array, windows: Windows) -> tuple[Array, KernelBackward]:
    """Convolve every channel with its own filters; all channels have the same number of filters.

    y[r, c, f] = sum over i, j of x[r * stride + i * dilation, c * stride + j * dilation, k] * W[i, j, f], where k is
    the channel of filter f

    Args:
        x: images without padding, (n, height, width, channels).
        W: kernel, (kernel height, kernel width, 1, filters); the filters of the first channel come first.
        windows: windows over x.

    Returns:
        y: output, (n, rows, columns, filters).
        backward: function of (dy, dW to overwrite, whether to compute dx) that returns dx or None.
    """
    shape, kernel = x.shape, W[:, :, 0]  # (kernel height, kernel width, filters)
    times = W.shape[3] // shape[3]
    padded = windows.pad(x if times == 1 else np.repeat(x, times, axis=3))  # every filter gets a copy of its channel

    def backward(dy: Array, dW: Array, input_gradient: bool) -> Array | None:
        _kernel_gradient(padded, dy, windows, out=dW[:, :, 0])
        if not input_gradient:
            return None
        if windows.stride == (1, 1):
            transposed = windows.transposed
            dx = _product(transposed.pad(dy), kernel[::-1, ::-1], transposed)
        else:
            dx = windows.scatter_add(padded, lambda i, j: dy * kernel[i, j])
        return dx if times == 1 else dx.reshape(*shape, times).sum(axis=4)

    return _product(padded, kernel, windows), backward


def _product(padded: Array, kernel: Array, windows: Windows) -> Array:
    """Multiply every window by the kernel.

    Shape: (n, padded height, padded width, filters) -> (n, rows, columns, filters)
    """
    y = np.empty((len(padded), *windows.output, kernel.shape[2]), padded.dtype)
    tiled = np.repeat(kernel[:, :, None], windows.output[1], axis=2)  # multiplies a whole row of windows at once
    for block in _blocks(y):
        total, images = y[block], padded[block]
        product = np.empty_like(total)
        (i, j, index), *others = windows.positions()
        np.multiply(images[index], tiled[i, j], out=total)
        for i, j, index in others:
            total += np.multiply(images[index], tiled[i, j], out=product)
    return y


def _kernel_gradient(padded: Array, dy: Array, windows: Windows, out: Array) -> None:
    """Write the gradient of the kernel: for each position, the sum of window element * dy over all windows."""
    out.fill(0)
    block_sum = np.empty_like(out[0, 0])  # (filters,)
    for block in _blocks(dy):
        product = np.empty_like(dy[block])
        for i, j, index in windows.positions():
            np.multiply(padded[block][index], dy[block], out=product)
            sum_rows(product.reshape(-1, len(block_sum)), out=block_sum)
            out[i, j] += block_sum


def _blocks(outputs: Array) -> Iterator[slice]:
    """Yield slices of images whose outputs fit into the cache."""
    count = max(1, MAX_BLOCK_BYTES // max(1, math.prod(outputs.shape[1:]) * outputs.itemsize))
    for start in range(0, len(outputs), count):
        yield slice(start, start + count)
