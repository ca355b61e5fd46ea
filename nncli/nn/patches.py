"""Convolution as a product of matrices: every window of the images makes a row, every filter a column."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from typing import TypeAlias

import numpy as np
from numpy.lib.stride_tricks import as_strided

from nncli.core.types import Array
from nncli.nn.windows import Windows

PATCH_BYTES = 1 << 20  # patches are made for as many images at a time as fit the cache
FEW_CHANNELS = 2  # up to here patches are copied kernel position first, so that what is copied at once is longer

KernelBackward: TypeAlias = Callable[[Array, Array, bool], "Array | None"]


def convolve(x: Array, W: Array, windows: Windows) -> tuple[Array, KernelBackward]:
    """Every filter over all channels.

    y[r, c, f] = sum over i, j, k of x[r * stride + i * dilation, c * stride + j * dilation, k] W[i, j, k, f]

    Args:
        x: (n, height, width, channels), without padding.
        W: (kernel height, kernel width, channels, filters).
        windows: over x.

    Returns:
        y: (n, rows, columns, filters).
        backward: of (dy, dW to be overwritten, whether the gradient of x is wanted), gives that gradient.
    """
    padded = windows.pad(x)

    def backward(dy: Array, dW: Array, input_gradient: bool) -> Array | None:
        _kernel_gradient(padded, dy, windows, out=dW)
        if not input_gradient:
            return None
        if windows.stride == (1, 1):
            turned = windows.turned
            return _product(turned.pad(dy), W[::-1, ::-1].transpose(0, 1, 3, 2), turned)
        flat, shape = dy.reshape(-1, W.shape[3]), (*dy.shape[:3], W.shape[2])
        return windows.scattered(padded, lambda i, j: np.dot(flat, W[i, j].T).reshape(shape))

    return _product(padded, W, windows), backward


def _product(padded: Array, W: Array, windows: Windows) -> Array:
    """Every window times the kernel: (n, padded height, padded width, channels) -> (n, rows, columns, filters)."""
    filters = W.shape[3]
    matrix = W.reshape(-1, filters)  # (window size, filters)
    y = np.empty((len(padded), *windows.output, filters), padded.dtype)
    for block in _blocks(padded, windows):
        np.dot(_patches(padded[block], windows), matrix, out=y[block].reshape(-1, filters))
    return y


def _kernel_gradient(padded: Array, dy: Array, windows: Windows, out: Array) -> None:
    """The sum over all windows of patch times dy, with the patches made again rather than kept."""
    filters, begun = dy.shape[3], False
    out = out.reshape(-1, filters)  # (window size, filters)
    for block in _blocks(padded, windows):
        patches = _patches(padded[block], windows)
        if begun:
            out += np.dot(patches.T, dy[block].reshape(-1, filters))
        else:
            np.dot(patches.T, dy[block].reshape(-1, filters), out=out)
            begun = True
    if not begun:
        out.fill(0)


def _patches(padded: Array, windows: Windows) -> Array:
    """(n, padded height, padded width, channels) -> (n * rows * columns, window size), perhaps as a transposed view."""
    n, channels = padded.shape[0], padded.shape[3]
    image, row, column, channel = padded.strides
    (down, across), (step_down, step_across) = windows.stride, windows.dilation
    shape = (n, *windows.output, *windows.window, channels)
    strides = (image, row * down, column * across, row * step_down, column * step_across, channel)
    view = as_strided(padded, shape, strides, writeable=False)
    rows, size = n * math.prod(windows.output), math.prod(windows.window) * channels
    if channels <= FEW_CHANNELS:
        return view.transpose(3, 4, 5, 0, 1, 2).reshape(size, rows).T
    return view.reshape(rows, size)


def _blocks(padded: Array, windows: Windows) -> Iterator[slice]:
    """Slices of images whose patches fit the cache together."""
    image_bytes = math.prod(windows.output) * math.prod(windows.window) * padded.shape[3] * padded.itemsize
    count = max(1, PATCH_BYTES // max(1, image_bytes))
    for start in range(0, len(padded), count):
        yield slice(start, start + count)
