"""Convolution by the compiled kernels, without patches."""

from __future__ import annotations

import math

import numpy as np

from nncli.core.types import Array
from nncli.ops.compiled.conv_choice import compiled_is_faster
from nncli.ops.compiled.kernels import PANEL_BYTES, kernel_gradient, product
from nncli.ops.patches import input_gradient
from nncli.ops.signatures import FusedConvolution, KernelBackward
from nncli.ops.windows import Windows

BLOCK_POSITIONS = 96  # positions of the output that fit into the L1 cache together with their windows


def convolve(x: Array, W: Array, windows: Windows, bias: Array | None = None) -> tuple[Array, KernelBackward]:
    """Convolve with one group, see `Ops.convolve`; `compiled_is_faster` must be True for these windows."""

    def backward(dy: Array, dW: Array, needs_dx: bool) -> Array | None:
        _kernel_gradient(x, dy, windows, out=dW)
        if not needs_dx:
            return None
        if windows.stride == (1, 1) and compiled_is_faster(windows.transposed, x.shape[3], x.dtype):
            return _product(dy, W[::-1, ::-1].transpose(0, 1, 3, 2), windows.transposed)
        return input_gradient(windows.pad(x), dy, W, windows)

    return _product(x, W, windows, bias), backward


def fused_convolution(
    windows: Windows, filters: int, dtype: np.dtype[np.generic], relu: bool, tiles: Windows | None
) -> FusedConvolution:
    """Return an operator for a convolution with max pooling, relu or both, see `Ops.fuse_convolution`.

    The operator computes the convolution for one row of tiles at a time, so that this row stays in the cache.
    """
    lanes, size = PANEL_BYTES // dtype.itemsize, math.prod(windows.window)
    needs_no_panels = filters <= 2 * lanes and not filters % (lanes // 2)
    shape = (*(windows if tiles is None else tiles).output, filters)
    numbers = _numbers(windows, (1, 1) if tiles is None else tiles.window, relu)

    def compute(x: Array, W: Array, bias: Array | None) -> Array:
        y = np.empty((len(x), *shape), x.dtype)
        if needs_no_panels and bias is not None:
            product(_readable(x), numbers, W.reshape(-1), filters, lanes, bias, y)
        else:
            panels, bias = _panels(W, bias)
            product(_readable(x), numbers, panels.reshape(-1), lanes, size * x.shape[3] * lanes, bias, y)
        return y

    return compute


def _product(x: Array, W: Array, windows: Windows, bias: Array | None = None) -> Array:
    """Multiply every window by the kernel: (n, height, width, channels) -> (n, rows, columns, filters)."""
    panels, biases = _panels(W, bias)
    y, (_, size, lanes) = np.empty((len(x), *windows.output, W.shape[3]), x.dtype), panels.shape
    product(_readable(x), _numbers(windows), panels.reshape(-1), lanes, size * lanes, biases, y)
    return y


def _numbers(windows: Windows, tile: tuple[int, int] = (1, 1), relu: bool = False) -> Array:
    """Return the sizes and flags for `product`, in one array."""
    sizes = *windows.before, *windows.padded_size, *windows.stride, *windows.window, windows.output[1], *tile
    return np.array((*sizes, relu), np.int64)


def _panels(W: Array, bias: Array | None) -> tuple[Array, Array]:
    """Return the kernel as panels of filters, (panels, window size, filters per panel), and the bias of all panels."""
    filters, lanes = W.shape[-1], PANEL_BYTES // W.itemsize
    size, count = W.size // filters, -(-filters // lanes)
    wide = np.zeros((size + 1, count * lanes), W.dtype)  # the last row is the bias
    wide[:-1, :filters] = W.reshape(size, filters)
    if bias is not None:
        wide[-1, :filters] = bias
    return np.ascontiguousarray(wide[:-1].reshape(size, count, lanes).swapaxes(0, 1)), wide[-1]


def _kernel_gradient(x: Array, dy: Array, windows: Windows, out: Array) -> None:
    """Write the gradient of the kernel: the sum of window * dy over all windows."""
    filters, lanes, (rows, columns) = dy.shape[3], PANEL_BYTES // x.itemsize, windows.output
    size, count, block_rows = out.size // filters, -(-filters // lanes), min(rows, max(1, BLOCK_POSITIONS // columns))
    panels = np.zeros((count, size, lanes), x.dtype)
    geometry = windows.before, windows.padded_size
    kernel_gradient(_readable(x), *geometry, _readable(dy), block_rows, windows.stride, windows.window, panels)
    out[...] = panels.swapaxes(0, 1).reshape(*out.shape[:3], count * lanes)[..., :filters]


def _readable(x: Array) -> Array:
    """Return a contiguous, aligned and read-only view, since numba compiles its functions again for any other kind."""
    view = np.ascontiguousarray(x if x.flags.aligned else x.copy()).view()
    view.setflags(write=False)
    return view
