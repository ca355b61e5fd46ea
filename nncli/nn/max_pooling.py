"""The largest entries, channel by channel; the gradient goes to that one entry, the first of several in row order."""

from __future__ import annotations

import numpy as np

from nncli.core.types import Array
from nncli.nn.pooling import Pooled
from nncli.nn.windows import Windows


def largest_of_windows(images: Array, windows: Windows) -> Pooled:
    """(n, height, width, channels) -> (n, rows, columns, channels); padding never wins."""
    padded = windows.pad(images, -np.inf)
    (_, _, first), *others = windows.positions()
    y = padded[first].copy()  # (n, rows, columns, channels)
    for _, _, index in others:
        np.maximum(y, padded[index], out=y)

    def back(dy: Array) -> Array:
        dx = np.empty_like(padded) if windows.tiled else np.zeros_like(padded)
        waiting = np.ones(y.shape, bool)  # windows whose maximum has not been met yet
        for _, _, index in windows.positions():
            here = padded[index] == y
            here &= waiting
            waiting ^= here
            if windows.tiled:  # every entry lies in exactly one window
                np.multiply(dy, here, out=dx[index])
            else:
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
