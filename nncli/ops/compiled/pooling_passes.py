"""Max pooling over tiles by the compiled kernels."""

from __future__ import annotations

import numpy as np

from nncli.core.types import Array
from nncli.ops.compiled.entry_kernels import largest_gradient
from nncli.ops.compiled.kernels import largest_of_tiles
from nncli.ops.signatures import Pooled
from nncli.ops.windows import Windows


def max_pool_tiles(images: Array, windows: Windows) -> Pooled:
    """Return the largest entry of every window, as `Ops.max_pool_tiles` says.

    Shape: (n, height, width, channels) -> (n, rows, columns, channels)
    """
    n, channels = len(images), images.shape[3]
    (down, across), (rows, columns) = windows.window, windows.output
    tiles = np.ascontiguousarray(images.reshape(n, rows, down, columns, across, channels))
    y = np.empty((n, rows, columns, channels), tiles.dtype)
    largest_of_tiles(tiles, y)

    def backward(dy: Array) -> Array:
        dx = np.empty(tiles.shape, tiles.dtype)
        largest_gradient(tiles, y, np.ascontiguousarray(dy), dx)
        return dx.reshape(images.shape)

    return y, backward
