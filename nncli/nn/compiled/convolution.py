"""A convolution without patches."""

from __future__ import annotations

import math

import numpy as np

from nncli.core.types import Array
from nncli.nn.compiled.kernels import MOST_ROWS, PANEL_BYTES, kernel_gradient, product

from nncli.nn.patches import KernelBackward
from nncli.nn.windows import Windows

import os
POSITIONS = int(os.environ.get("POS","64"))


def convolve(x: Array, W: Array, windows: Windows, bias: Array | None = None) -> tuple[Array, KernelBackward]:
    x = np.ascontiguousarray(x)
    y = _product(x, W, windows, bias)

    def backward(dy: Array, dW: Array, input_gradient: bool) -> Array | None:
        _kernel_gradient(x, dy, windows, dW)
        if not input_gradient:
            return None
        return _product(dy, W[::-1, ::-1].transpose(0, 1, 3, 2), windows.turned, None)

    return y, backward


def _padded(x, windows):
    (top, left), (bottom, right), (height, width) = windows.before, windows.after, windows.input
    shape = (top + height + bottom, left + width + right)
    return np.zeros(math.prod(shape) * x.shape[3], x.dtype), shape[1]


def _product(x, W, windows, bias):
    filters = W.shape[3]
    lanes = PANEL_BYTES // x.itemsize
    count = -(-filters // lanes)
    size = W.size // filters
    wide = np.zeros((size, count * lanes), x.dtype)
    wide[:, :filters] = W.reshape(size, filters)
    panels = np.ascontiguousarray(wide.reshape(size, count, lanes).transpose(1, 0, 2))
    start = np.zeros(count * lanes, x.dtype)
    if bias is not None:
        start[:filters] = bias
    y = np.empty((len(x), *windows.output, filters), x.dtype)
    padded, width = _padded(x, windows)
    product(x, *windows.before, padded, width, panels, start, np.empty(MOST_ROWS * lanes, x.dtype), *windows.stride, *windows.window, y)
    return y


def _kernel_gradient(x, dy, windows, dW):
    filters = dW.shape[3]
    lanes = PANEL_BYTES // x.itemsize
    count = -(-filters // lanes)
    size = dW.size // filters
    panels = np.zeros((count, size, lanes), x.dtype)
    padded, width = _padded(x, windows)
    at_once = max(1, min(windows.output[0], POSITIONS // windows.output[1]))
    packed = np.zeros(at_once * windows.output[1] * lanes, x.dtype)
    kernel_gradient(x, *windows.before, padded, width, dy, packed, at_once, *windows.stride, *windows.window, panels)
    dW.reshape(size, filters)[...] = panels.transpose(1, 0, 2).reshape(size, -1)[:, :filters]
