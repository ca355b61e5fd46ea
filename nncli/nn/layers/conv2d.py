"""Convolution over images."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Annotated

import numpy as np
from annotated_types import Ge
from numpy.lib.stride_tricks import as_strided

from nncli.core.registry import INITIALIZERS
from nncli.core.types import Array, Shape
from nncli.nn.bias import BIAS, sum_rows
from nncli.nn.initializer import Initializer
from nncli.nn.layer import Backward, Context, Layer, ParameterSpec, Tree, layer
from nncli.nn.windows import Padding, Size, Windows, pair

PATCH_BYTES = 1 << 20  # patches are made for as many images at a time as fit the cache
FEW_CHANNELS = 2  # up to here patches are copied kernel position first, so that what is copied at once is longer


@layer("conv2d")
@dataclass(frozen=True)
class Conv2D(Layer):
    """A convolution (in the field's sense: without flipping the kernel) over height and width.

    y[r, c, f] = b[f] + sum over i, j, k of x[r * stride + i, c * stride + j, k] W[i, j, k, f], x with its padding

    Computed as patches times kernel: every window is a row of height * width * channels numbers.

    Shape: (height, width, channels) -> (rows, columns, filters), of n rows or columns floor((n + 2 padding -
        kernel_size) / stride) + 1, for same ceil(n / stride);
        weight (kernel height, kernel width, channels, filters), bias (filters,)

    Args:
        filters: number of output channels, at least 1.
        kernel_size: height and width of the kernel, at least 1.
        stride: from one window to the next, down and across, at least 1.
        padding: valid, same, or how many zeros on both sides, down and across.
        bias: whether to add b, which begins at zero.
        initializer: of the weights, with fan_in = kernel height * width * channels and fan_out = kernel height *
            width * filters; default he before relu-like activations, otherwise xavier.
    """

    heavy_rows = True

    filters: Annotated[int, Ge(1)]
    kernel_size: Size
    stride: Size = 1
    padding: Padding = "valid"
    bias: bool = True
    initializer: Annotated[Initializer, INITIALIZERS] | None = None

    def windows(self, input_shape: Shape) -> Windows:
        """The windows over inputs of that shape."""
        return Windows.over(input_shape, self.kernel_size, self.stride, self.padding)

    def output_shape(self, input_shape: Shape) -> Shape:
        """One entry a window and filter."""
        return (*self.windows(input_shape).output, self.filters)

    def parameters(self, input_shape: Shape) -> Tree:
        """The kernels and one bias a filter."""
        (height, width), channels = pair(self.kernel_size), input_shape[2]
        assert self.initializer is not None, "fill_initializers comes first"
        weight = ParameterSpec(
            (height, width, channels, self.filters),
            self.initializer,
            height * width * channels,
            height * width * self.filters,
        )
        return {"weight": weight} | (
            {"bias": ParameterSpec((self.filters,), *BIAS, decayed=False)} if self.bias else {}
        )

    def multiply_adds(self, input_shape: Shape) -> int:
        """Every weight once a window."""
        return math.prod(self.windows(input_shape).output) * super().multiply_adds(input_shape)

    def forward(self, p: Tree, x: Array, ctx: Context) -> tuple[Array, Backward]:
        """Patches times kernel, a few images at a time."""
        windows = self.windows(x.shape[1:])
        padded = windows.pad(x)
        W = p["weight"]
        matrix = W.reshape(-1, self.filters)  # (window size, filters)
        y = _product(padded, windows.window, windows.stride, windows.output, matrix)
        if self.bias:
            y += p["bias"]

        def backward(dy: Array, g: Tree) -> Array | None:
            dy = np.ascontiguousarray(dy)
            if self.bias:
                sum_rows(dy.reshape(-1, self.filters), out=g["bias"])
            _kernel_gradient(padded, windows, dy, out=g["weight"].reshape(-1, self.filters))
            if not ctx.input_gradient:
                return None
            return _input_gradient(dy, W, windows) if windows.stride == (1, 1) else _scattered(dy, matrix, windows)

        return y, backward


def _patches(padded: Array, window: Shape, stride: Shape, output: Shape) -> Array:
    """(n, padded height, padded width, channels) -> (n * rows * columns, window size), perhaps as a transposed view."""
    n, channels = padded.shape[0], padded.shape[3]
    image, row, column, channel = padded.strides
    shape = (n, *output, *window, channels)
    strides = (image, row * stride[0], column * stride[1], row, column, channel)
    view = as_strided(padded, shape, strides, writeable=False)
    rows, size = n * output[0] * output[1], window[0] * window[1] * channels
    if channels <= FEW_CHANNELS:
        return view.transpose(3, 4, 5, 0, 1, 2).reshape(size, rows).T
    return view.reshape(rows, size)


def _blocks(padded: Array, window: Shape, output: Shape) -> Iterator[slice]:
    """Slices of images whose patches fit the cache together."""
    image_bytes = output[0] * output[1] * window[0] * window[1] * padded.shape[3] * padded.itemsize
    count = max(1, PATCH_BYTES // max(1, image_bytes))
    for start in range(0, len(padded), count):
        yield slice(start, start + count)


def _product(padded: Array, window: Shape, stride: Shape, output: Shape, matrix: Array) -> Array:
    """Every window times the matrix: (n, padded height, padded width, channels) -> (n, rows, columns, filters)."""
    filters = matrix.shape[1]
    y = np.empty((len(padded), *output, filters), padded.dtype)
    for block in _blocks(padded, window, output):
        np.dot(_patches(padded[block], window, stride, output), matrix, out=y[block].reshape(-1, filters))
    return y


def _kernel_gradient(padded: Array, windows: Windows, dy: Array, out: Array) -> None:
    """The sum over all windows of patch times dy, with the patches made again rather than kept."""
    filters, begun = dy.shape[3], False
    for block in _blocks(padded, windows.window, windows.output):
        patches = _patches(padded[block], windows.window, windows.stride, windows.output)
        if begun:
            out += np.dot(patches.T, dy[block].reshape(-1, filters))
        else:
            np.dot(patches.T, dy[block].reshape(-1, filters), out=out)
            begun = True
    if not begun:
        out.fill(0)


def _input_gradient(dy: Array, W: Array, windows: Windows) -> Array:
    """For stride 1: the convolution of dy, padded, with the kernel turned by 180 degrees."""
    n, rows, columns, filters = dy.shape
    height, width, channels = windows.input
    turned = W[::-1, ::-1].transpose(0, 1, 3, 2).reshape(-1, channels)
    top, left = (k - 1 - p for k, p in zip(windows.window, windows.before, strict=True))
    shape = (n, height + windows.window[0] - 1, width + windows.window[1] - 1, filters)
    if shape != dy.shape or top or left:
        padded = np.zeros(shape, dy.dtype)
        (to_row, from_row, down), (to_column, from_column, across) = (
            (max(first, 0), max(-first, 0), min(count - max(-first, 0), room - max(first, 0)))
            for first, count, room in ((top, rows, shape[1]), (left, columns, shape[2]))
        )
        padded[:, to_row : to_row + down, to_column : to_column + across] = dy[
            :, from_row : from_row + down, from_column : from_column + across
        ]
        dy = padded
    return _product(dy, windows.window, (1, 1), (height, width), turned)


def _scattered(dy: Array, matrix: Array, windows: Windows) -> Array:
    """For other strides: every window's gradient added where the window lies."""
    n, rows, columns, filters = dy.shape
    height, width, channels = windows.input
    (top, left), (bottom, right) = windows.before, windows.after
    dx = np.zeros((n, top + height + bottom, left + width + right, channels), dy.dtype)
    kernels = matrix.reshape(*windows.window, channels, filters)
    for i, j, index in windows.positions():
        dx[index] += np.dot(dy.reshape(-1, filters), kernels[i, j].T).reshape(n, rows, columns, channels)
    return windows.crop(dx)
