"""Convolution as a matrix product of patches and kernel (im2col)."""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np

from nncli.core.types import Array
from nncli.ops.signatures import KernelBackward
from nncli.ops.windows import Windows

MAX_PATCH_BYTES = 1 << 20  # size of the patches that are made at once, so that they fit into the cache
MAX_KERNEL_FIRST_CHANNELS = 2  # channels up to which `_copy_kernel_first` is faster: it copies longer contiguous pieces


def convolve_patches(x: Array, W: Array, windows: Windows, bias: Array | None = None) -> tuple[Array, KernelBackward]:
    """Convolve with one group, see `Ops.convolve`."""
    padded = windows.pad(x)

    def backward(dy: Array, dW: Array, needs_dx: bool) -> Array | None:
        _kernel_gradient(padded, dy, windows, out=dW)
        return input_gradient(padded, dy, W, windows) if needs_dx else None

    return _product(padded, W, windows, bias), backward


def input_gradient(padded: Array, dy: Array, W: Array, windows: Windows) -> Array:
    """Return the gradient of the images, without their padding.

    Args:
        padded: the padded images; only their shape and dtype matter.
        dy: (n, rows, columns, filters).
        W: (kernel height, kernel width, channels, filters).
        windows: windows over the images.
    """
    if windows.stride == (1, 1):
        transposed = windows.transposed
        return _product(transposed.pad(dy), W[::-1, ::-1].transpose(0, 1, 3, 2), transposed)
    flat, shape = dy.reshape(-1, W.shape[3]), (*dy.shape[:3], W.shape[2])
    return windows.scatter_add(padded, lambda i, j: np.dot(flat, W[i, j].T).reshape(shape))


def _product(padded: Array, W: Array, windows: Windows, bias: Array | None = None) -> Array:
    """Multiply every window by the kernel.

    Shape: (n, padded height, padded width, channels) -> (n, rows, columns, filters)
    """
    filters, columns = W.shape[3], windows.output[1]
    matrix = W.reshape(-1, filters)  # (window size, filters)
    # NumPy adds the bias to a whole row of windows faster than to each window by itself
    row_bias = None if bias is None else bias[None].repeat(columns, axis=0).reshape(-1)
    y = np.empty((len(padded), *windows.output, filters), padded.dtype)
    for block, patches in _patches(padded, windows):
        y_block = y[block]
        np.dot(patches, matrix, out=y_block.reshape(-1, filters))
        if row_bias is not None:  # the bias is added while the block is in the cache
            y_block.reshape(-1, columns * filters)[...] += row_bias
    return y


def _kernel_gradient(padded: Array, dy: Array, windows: Windows, out: Array) -> None:
    """Write the gradient of the kernel: the sum of patch * dy over all windows.

    The patches are computed again, because forward does not save them.
    """
    filters, first = dy.shape[3], True
    out = out.reshape(-1, filters)  # (window size, filters)
    for block, patches in _patches(padded, windows):
        if first:
            np.dot(patches.T, dy[block].reshape(-1, filters), out=out)
            first = False
        else:
            out += np.dot(patches.T, dy[block].reshape(-1, filters))
    if first:  # there are no images
        out.fill(0)


def _patches(padded: Array, windows: Windows) -> Iterator[tuple[slice, Array]]:
    """Yield (slice of images, their patches as rows) for blocks that fit into the cache.

    Patches have the shape (windows, window size). They may be a transposed view. The next block overwrites them.

    Args:
        padded: (n, padded height, padded width, channels).
        windows: windows over the images.
    """
    padded = np.ascontiguousarray(padded)
    n, channels = len(padded), padded.shape[3]
    count, size = (
        math.prod(windows.output),
        math.prod(windows.window) * channels,
    )  # patches per image, elements per patch
    images = max(1, min(n, MAX_PATCH_BYTES // max(1, count * size * padded.itemsize)))
    buffer = np.empty(images * count * size, padded.dtype)
    copy = _copy_kernel_first if channels <= MAX_KERNEL_FIRST_CHANNELS else _copy_window_first
    for start in range(0, n, images):
        some = min(images, n - start)
        yield slice(start, start + some), copy(padded, start, some, windows, buffer[: some * count * size])


def _copy_window_first(padded: Array, start: int, some: int, windows: Windows, out: Array) -> Array:
    """Copy the patches of some images, (windows, window size); contiguous elements are copied at once."""
    image, row, column, _ = padded.strides
    (down, across), (step_down, step_across), (height, width) = windows.stride, windows.dilation, windows.window
    contiguous = width if step_across == 1 else 1  # columns of a window that are contiguous in the image
    element = np.dtype((np.void, contiguous * padded.shape[3] * padded.itemsize))
    shape = (some, *windows.output, height, width // contiguous)
    strides = (image, row * down, column * across, row * step_down, column * step_across)
    out.view(element).reshape(shape)[...] = np.ndarray(shape, element, padded, start * image, strides)
    return out.reshape(some * math.prod(windows.output), -1)


def _copy_kernel_first(padded: Array, start: int, some: int, windows: Windows, out: Array) -> Array:
    """Copy the patches as a transposed view, in which all elements at one kernel position are contiguous."""
    image, row, column, channel = padded.strides
    (down, across), (step_down, step_across) = windows.stride, windows.dilation
    shape = (*windows.window, padded.shape[3], some, *windows.output)
    strides = (row * step_down, column * step_across, channel, image, row * down, column * across)
    out.reshape(shape)[...] = np.ndarray(shape, padded.dtype, padded, start * image, strides)
    return out.reshape(-1, some * math.prod(windows.output)).T
