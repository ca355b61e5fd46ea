"""A convolution by the compiled products: the same as by patches, which it neither copies nor keeps."""

from __future__ import annotations

import numpy as np

from nncli.core.types import Array
from nncli.nn.compiled.kernels import MOST_ROWS, PANEL_BYTES, kernel_gradient, product
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


def _product(x: Array, W: Array, windows: Windows, bias: Array | None = None) -> Array:
    """Every window times the kernel: (n, height, width, channels) -> (n, rows, columns, filters)."""
    filters, lanes = W.shape[3], PANEL_BYTES // x.itemsize
    size, count = W.size // filters, -(-filters // lanes)
    wide = np.zeros((size + 1, count * lanes), x.dtype)  # the last row for the bias
    wide[:-1, :filters] = W.reshape(size, filters)
    if bias is not None:
        wide[-1, :filters] = bias
    panels = np.ascontiguousarray(wide[:-1].reshape(size, count, lanes).swapaxes(0, 1))
    y, rest = np.empty((len(x), *windows.output, filters), x.dtype), np.empty(MOST_ROWS * lanes, x.dtype)
    room = _room(x, windows)
    product(_given(x), windows.before, room, panels, wide[-1], rest, windows.stride, windows.window, y)
    return y


def _kernel_gradient(x: Array, dy: Array, windows: Windows, out: Array) -> None:
    """The sum over all windows of window times dy."""
    filters, lanes, (rows, columns) = dy.shape[3], PANEL_BYTES // x.itemsize, windows.output
    size, count, at_once = out.size // filters, -(-filters // lanes), min(rows, max(1, POSITIONS // columns))
    panels = np.zeros((count, size, lanes), x.dtype)
    room, rest = _room(x, windows), np.zeros(at_once * columns * lanes, x.dtype)
    given = _given(x), windows.before, room, _given(dy), rest, at_once, windows.stride, windows.window
    kernel_gradient(*given, panels)
    out[...] = panels.swapaxes(0, 1).reshape(*out.shape[:3], count * lanes)[..., :filters]


def _room(x: Array, windows: Windows) -> Array:
    """For one image with its padding."""
    sizes = zip(windows.before, windows.input, windows.after, strict=True)
    return np.zeros((*(sum(sizes_of_axis) for sizes_of_axis in sizes), x.shape[3]), x.dtype)


def _given(x: Array) -> Array:
    """In one piece and not to be written, whatever came: every kind of array is compiled for by itself."""
    view = np.require(x, requirements=("C", "A")).view(np.ndarray)
    view.flags.writeable = False
    return view
