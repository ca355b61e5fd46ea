"""The largest entries, channel by channel; the gradient goes to that one entry, the first of several in row order.

Where the largest entry or the gradient is not finite, nothing is promised; such a step is not taken.
"""

from __future__ import annotations

from types import ModuleType

import numpy as np

from nncli.core.types import Array, Shape
from nncli.nn.compiled.available import passes_at_hand
from nncli.nn.pooling import Pooled
from nncli.nn.windows import Windows

LARGE = 1 << 14  # numbers from which a compiled pass is worth its call


def largest_of_windows(images: Array, windows: Windows) -> Pooled:
    """(n, height, width, channels) -> (n, rows, columns, channels); padding never wins."""
    return _tiled(images, windows) if windows.tiled else _sliding(images, windows)


def _tiled(images: Array, windows: Windows) -> Pooled:
    """Of windows that cover the images without overlap, rest or padding: first of every row of a window, then of these.

    So the columns are in front of the rows where several entries tie, as in row order.
    """
    n, channels = len(images), images.shape[3]
    (down, across), (rows, columns) = windows.window, windows.output
    suits = images.size >= LARGE and images.dtype in (np.float32, np.float64)
    if suits and (passes := passes_at_hand()) is not None:
        tiles = images.reshape(n, rows, down, columns, across, channels)
        return _compiled(passes, np.ascontiguousarray(tiles), images.shape)
    of_rows, back_across = _largest(images.reshape(n * rows * down * columns, across, channels))
    y, back_down = _largest(of_rows.reshape(n * rows, down, columns * channels))

    def back(dy: Array) -> Array:
        return back_across(back_down(dy.reshape(y.shape)).reshape(of_rows.shape)).reshape(images.shape)

    return y.reshape(n, rows, columns, channels), back


def _compiled(passes: ModuleType, tiles: Array, shape: Shape) -> Pooled:
    """(n, rows, height, columns, width, channels) -> (n, rows, columns, channels), and back to `shape`."""
    n, rows, _, columns, _, channels = tiles.shape
    y = np.empty((n, rows, columns, channels), tiles.dtype)
    passes.largest_of_tiles(tiles, y)

    def back(dy: Array) -> Array:
        dx = np.empty(tiles.shape, tiles.dtype)
        passes.largest_gradient(tiles, y, np.ascontiguousarray(dy), dx)
        return dx.reshape(shape)

    return y, back


def _largest(entries: Array) -> Pooled:
    """(n, entries, columns) -> (n, columns); the gradient goes to the first of several that tie."""
    count = entries.shape[1]
    y = entries[:, 0].copy() if count == 1 else np.maximum(entries[:, 0], entries[:, 1])
    for index in range(2, count):
        np.maximum(y, entries[:, index], out=y)

    def back(dy: Array) -> Array:
        dx = np.empty(entries.shape, entries.dtype)
        rest = dy  # of the gradient: all of it for columns whose maximum has not been met yet, zero for the others
        for index in range(count - 1):
            np.multiply(rest, entries[:, index] == y, out=dx[:, index])
            rest = np.subtract(rest, dx[:, index], out=dx[:, -1])
        dx[:, -1] = rest
        return dx

    return y, back


def _sliding(images: Array, windows: Windows) -> Pooled:
    padded = windows.pad(images, -np.inf)
    (_, _, first), *others = windows.positions()
    y = padded[first].copy()  # (n, rows, columns, channels)
    for _, _, index in others:
        np.maximum(y, padded[index], out=y)

    def back(dy: Array) -> Array:
        dx = np.zeros_like(padded)
        waiting = np.ones(y.shape, bool)  # windows whose maximum has not been met yet
        for _, _, index in windows.positions():
            here = padded[index] == y
            here &= waiting
            waiting ^= here
            dx[index] += dy * here
        return windows.crop(dx)

    return y, back


def largest_of_all(entries: Array) -> Pooled:
    """(n, entries, channels) -> (n, channels)."""
    n, _, channels = entries.shape

    def back(dy: Array) -> Array:
        dx = np.zeros_like(entries)
        dx[np.arange(n)[:, None], entries.argmax(axis=1), np.arange(channels)] = dy
        return dx

    return entries.max(axis=1), back
