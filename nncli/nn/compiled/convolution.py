"""A convolution by the compiled products: the same as by patches, which it neither copies nor keeps."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np

from nncli.core.types import Array
from nncli.nn.compiled.kernels import PANEL_BYTES, kernel_gradient, product
from nncli.nn.compiled.suits import suits
from nncli.nn.patches import KernelBackward, input_gradient
from nncli.nn.windows import Windows

POSITIONS = 96  # of the output at a time, which fit the first cache with what they take of the input


def convolve(x: Array, W: Array, windows: Windows, bias: Array | None = None) -> tuple[Array, KernelBackward]:
    """Every filter over all channels: takes and gives what patches.convolve does. The windows have to suit."""

    def backward(dy: Array, dW: Array, wanted: bool) -> Array | None:
        _kernel_gradient(x, dy, windows, out=dW)
        if not wanted:
            return None
        if windows.stride == (1, 1) and suits(windows.turned, x.shape[3], x.dtype):
            return _product(dy, W[::-1, ::-1].transpose(0, 1, 3, 2), windows.turned)
        return input_gradient(windows.pad(x), dy, W, windows)

    return _product(x, W, windows, bias), backward


def with_relu_and_pooling(
    windows: Windows, filters: int, rectified: bool, pooling: Windows, dtype: np.dtype[np.generic]
) -> Callable[[Array, Array, Array | None], Array]:
    """What gives the largest entries of tiles of what `convolve` gives, after relu or not, without keeping the rest.

    What it gives takes x, (n, height, width, channels), W, (..., filters), and bias, (filters,) or None.

    Args:
        windows: over x; they have to suit.
        filters: how many.
        rectified: whether there is relu before the pooling.
        pooling: over what the convolution gives: tiles, of which a rest at the end makes none.
        dtype: of x.
    """
    lanes, size = PANEL_BYTES // dtype.itemsize, math.prod(windows.window)
    as_it_is = filters <= 2 * lanes and not filters % (lanes // 2)  # the kernel needs no panels
    shape, numbers = (*pooling.output, filters), _numbers(windows, pooling.window, rectified)

    def compute(x: Array, W: Array, bias: Array | None) -> Array:
        y = np.empty((len(x), *shape), x.dtype)
        if as_it_is and bias is not None:
            product(_given(x), numbers, W.reshape(-1), filters, lanes, bias, y)
        else:
            panels, bias = _panels(W, bias)
            product(_given(x), numbers, panels.reshape(-1), lanes, size * x.shape[3] * lanes, bias, y)
        return y

    return compute


def _product(x: Array, W: Array, windows: Windows, bias: Array | None = None) -> Array:
    """Every window times the kernel: (n, height, width, channels) -> (n, rows, columns, filters)."""
    panels, biases = _panels(W, bias)
    y, (_, size, lanes) = np.empty((len(x), *windows.output, W.shape[3]), x.dtype), panels.shape
    product(_given(x), _numbers(windows), panels.reshape(-1), lanes, size * lanes, biases, y)
    return y


def _numbers(windows: Windows, tile: tuple[int, int] = (1, 1), rectified: bool = False) -> Array:
    """As `product` takes them."""
    sizes = *windows.before, *windows.padded_size, *windows.stride, *windows.window, windows.output[1], *tile
    return np.array((*sizes, rectified), np.int64)


def _panels(W: Array, bias: Array | None) -> tuple[Array, Array]:
    """The kernel by panels, (panels, window size, filters of a panel), and the bias of all of them."""
    filters, lanes = W.shape[-1], PANEL_BYTES // W.itemsize
    size, count = W.size // filters, -(-filters // lanes)
    wide = np.zeros((size + 1, count * lanes), W.dtype)  # the last row for the bias
    wide[:-1, :filters] = W.reshape(size, filters)
    if bias is not None:
        wide[-1, :filters] = bias
    return np.ascontiguousarray(wide[:-1].reshape(size, count, lanes).swapaxes(0, 1)), wide[-1]


def _kernel_gradient(x: Array, dy: Array, windows: Windows, out: Array) -> None:
    """The sum over all windows of window times dy."""
    filters, lanes, (rows, columns) = dy.shape[3], PANEL_BYTES // x.itemsize, windows.output
    size, count, at_once = out.size // filters, -(-filters // lanes), min(rows, max(1, POSITIONS // columns))
    panels = np.zeros((count, size, lanes), x.dtype)
    given = _given(x), windows.before, windows.padded_size, _given(dy), at_once, windows.stride, windows.window
    kernel_gradient(*given, panels)
    out[...] = panels.swapaxes(0, 1).reshape(*out.shape[:3], count * lanes)[..., :filters]


def _given(x: Array) -> Array:
    """In one piece and not to be written, whatever came: every kind of array is compiled for by itself."""
    view = np.ascontiguousarray(x if x.flags.aligned else x.copy()).view()
    view.setflags(write=False)
    return view
