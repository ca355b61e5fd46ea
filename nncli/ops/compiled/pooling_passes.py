"""Max pooling over tiles by the compiled kernels."""

from __future__ import annotations

import numpy as np

from nncli.core.types import Array
from nncli.ops.compiled.elementwise_kernels import max_pool_gradient
from nncli.ops.compiled.kernels import max_of_tiles
from nncli.ops.signatures import Pooled
from nncli.ops.windows import Windows


def max_pool_tiles(images: Array, windows: Windows) -> Pooled:
    """Take the maximum of every window, see `Ops.max_pool_tiles`.

    Shape: (n, height, width, channels) -> (n, rows, columns, channels)
    """
    n, channels = len(images), images.shape[3]
    (down, across), (rows, columns) = windows.window, windows.output
    tiles = np.ascontiguousarray(images.reshape(n, rows, down, columns, across, channels))
    y = np.empty((n, rows, columns, channels), tiles.dtype)
    max_of_tiles(tiles, y)

    def backward(dy: Array) -> Array:
        dx = np.empty(tiles.shape, tiles.dtype)
        max_pool_gradient(tiles, y, np.ascontiguousarray(dy), dx)
        return dx.reshape(images.shape)

    return y, backward
