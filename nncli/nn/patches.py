"""Convolution as a product of matrices: every window of the images makes a row, every filter a column."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from typing import TypeAlias

import numpy as np

from nncli.core.types import Array
from nncli.nn.windows import Windows

PATCH_BYTES = 1 << 20  # patches are made for as many images at a time as fit the cache
FEW_CHANNELS = 2  # up to here patches are copied kernel position first, so that what is copied at once is longer

KernelBackward: TypeAlias = Callable[[Array, Array, bool], "Array | None"]


def convolve(x: Array, W: Array, windows: Windows, bias: Array | None = None) -> tuple[Array, KernelBackward]:
    """Every filter over all channels.

    y[r, c, f] = b[f] + sum over i, j, k of x[r * stride + i * dilation, c * stride + j * dilation, k] W[i, j, k, f]

    Args:
        x: (n, height, width, channels), without padding.
        W: (kernel height, kernel width, channels, filters).
        windows: over x.
        bias: b, (filters,), or None for none.

    Returns:
        y: (n, rows, columns, filters).
        backward: of (dy, dW to be overwritten, whether the gradient of x is wanted), gives that gradient.
    """
    padded = windows.pad(x)

    def backward(dy: Array, dW: Array, wanted: bool) -> Array | None:
        _kernel_gradient(padded, dy, windows, out=dW)
        return input_gradient(padded, dy, W, windows) if wanted else None

    return _product(padded, W, windows, bias), backward


def input_gradient(padded: Array, dy: Array, W: Array, windows: Windows) -> Array:
    """The gradient of the images, without the padding.

    Args:
        padded: the images with their padding; only their shape and dtype matter.
        dy: (n, rows, columns, filters).
        W: (kernel height, kernel width, channels, filters).
        windows: over the images.
    """
    if windows.stride == (1, 1):
        turned = windows.turned
        return _product(turned.pad(dy), W[::-1, ::-1].transpose(0, 1, 3, 2), turned)
    flat, shape = dy.reshape(-1, W.shape[3]), (*dy.shape[:3], W.shape[2])
    return windows.scattered(padded, lambda i, j: np.dot(flat, W[i, j].T).reshape(shape))


def _product(padded: Array, W: Array, windows: Windows, bias: Array | None = None) -> Array:
    """Every window times the kernel: (n, padded height, padded width, channels) -> (n, rows, columns, filters)."""
    filters, columns = W.shape[3], windows.output[1]
    matrix = W.reshape(-1, filters)  # (window size, filters)
    # NumPy adds the biases of a whole row faster than those of every window
    of_row = None if bias is None else bias[None].repeat(columns, axis=0).reshape(-1)
    y = np.empty((len(padded), *windows.output, filters), padded.dtype)
    for block, patches in _patches(padded, windows):
        of_block = y[block]
        np.dot(patches, matrix, out=of_block.reshape(-1, filters))
        if of_row is not None:  # while the block is in the cache
            of_block.reshape(-1, columns * filters)[...] += of_row
    return y


def _kernel_gradient(padded: Array, dy: Array, windows: Windows, out: Array) -> None:
    """The sum over all windows of patch times dy, with the patches made again rather than kept."""
    filters, begun = dy.shape[3], False
    out = out.reshape(-1, filters)  # (window size, filters)
    for block, patches in _patches(padded, windows):
        if begun:
            out += np.dot(patches.T, dy[block].reshape(-1, filters))
        else:
            np.dot(patches.T, dy[block].reshape(-1, filters), out=out)
            begun = True
    if not begun:
        out.fill(0)


def _patches(padded: Array, windows: Windows) -> Iterator[tuple[slice, Array]]:
    """Every window as a row, for as many images at a time as fit the cache: (which, (windows, window size)).

    The rows lie in one buffer, where the next ones overwrite them. They may be a transposed view.

    Args:
        padded: (n, padded height, padded width, channels).
        windows: over the images.
    """
    padded = np.ascontiguousarray(padded)
    n, channels = len(padded), padded.shape[3]
    count, size = math.prod(windows.output), math.prod(windows.window) * channels  # of one image's patches
    images = max(1, min(n, PATCH_BYTES // max(1, count * size * padded.itemsize)))
    buffer = np.empty(images * count * size, padded.dtype)
    copy = _copy_kernel_first if channels <= FEW_CHANNELS else _copy_window_first
    for start in range(0, n, images):
        some = min(images, n - start)
        yield slice(start, start + some), copy(padded, start, some, windows, buffer[: some * count * size])


def _copy_window_first(padded: Array, start: int, some: int, windows: Windows, out: Array) -> Array:
    """The patches of some images: (windows, window size). What lies in one piece is copied as one element."""
    image, row, column, _ = padded.strides
    (down, across), (step_down, step_across), (height, width) = windows.stride, windows.dilation, windows.window
    together = width if step_across == 1 else 1  # columns of a window that lie in one piece
    element = np.dtype((np.void, together * padded.shape[3] * padded.itemsize))
    shape = (some, *windows.output, height, width // together)
    strides = (image, row * down, column * across, row * step_down, column * step_across)
    out.view(element).reshape(shape)[...] = np.ndarray(shape, element, padded, start * image, strides)
    return out.reshape(some * math.prod(windows.output), -1)


def _copy_kernel_first(padded: Array, start: int, some: int, windows: Windows, out: Array) -> Array:
    """The same as a transposed view, in which all entries at one position of the kernel lie in one piece."""
    image, row, column, channel = padded.strides
    (down, across), (step_down, step_across) = windows.stride, windows.dilation
    shape = (*windows.window, padded.shape[3], some, *windows.output)
    strides = (row * step_down, column * step_across, channel, image, row * down, column * across)
    out.reshape(shape)[...] = np.ndarray(shape, padded.dtype, padded, start * image, strides)
    return out.reshape(-1, some * math.prod(windows.output)).T
