"""The products of a convolution over tiles."""

from __future__ import annotations

import numpy as np
from numba import njit

from nncli.nn.compiled.tile import MOST, PANEL_BYTES, tile


@njit(nogil=True, error_model="numpy")
def place(x, image, top, left, out, width):
    """One image into the padded one: only what is not padding."""
    _, rows, columns, channels = x.shape
    height = out.size // (width * channels)
    for r in range(max(0, -top), min(rows, height - top)):
        first, last = max(0, -left), min(columns, width - left)
        to = ((r + top) * width + first + left) * channels
        flat = x[image, r].reshape(-1)
        for k in range((last - first) * channels):
            out[to + k] = flat[first * channels + k]


@njit(nogil=True, cache=True, error_model="numpy")
def product(x, top, left, padded, width, panels, bias, down, across, height_k, width_k, y):
    """Every window times the kernel."""
    n, rows, columns, filters = y.shape
    channels = x.shape[3]
    count, size, lanes = panels.shape
    half = lanes // 2
    flat, out, starts = panels.reshape(-1), y.reshape(-1), bias.reshape(-1)
    scratch = np.empty(MOST * lanes, y.dtype)
    tiles = (columns + MOST - 1) // MOST
    steps = width_k * channels
    for image in range(n):
        place(x, image, top, left, padded, width)
        for r in range(rows):
            for p in range(count):
                some = min(lanes, filters - p * lanes)
                v = 1 if some <= half else 2
                whole = some % half == 0
                c = 0
                for t in range(tiles):
                    q = columns // tiles + (1 if t < columns % tiles else 0)
                    a = (r * down * width + c * across) * channels
                    to = ((image * rows + r) * columns + c) * filters + p * lanes
                    if whole:
                        tile(q, v, padded, a, across * channels, 1, width * channels,
                             flat, p * size * lanes, lanes, steps * lanes,
                             starts, p * lanes, 0, out, to, filters, steps, height_k)
                    else:
                        tile(q, v, padded, a, across * channels, 1, width * channels,
                             flat, p * size * lanes, lanes, steps * lanes,
                             starts, p * lanes, 0, scratch, 0, lanes, steps, height_k)
                        for j in range(q):
                            for k in range(some):
                                out[to + j * filters + k] = scratch[j * lanes + k]
                    c += q


@njit(nogil=True, cache=True, error_model="numpy")
def kernel_gradient(x, top, left, padded, width, dy, packed, at_once, down, across, height_k, width_k, panels):
    """The sum over all windows of patch times dy, added to panels."""
    n, rows, columns, filters = dy.shape
    channels = x.shape[3]
    count, size, lanes = panels.shape
    half = lanes // 2
    sums, flat = panels.reshape(-1), dy.reshape(-1)
    length = width_k * channels
    tiles = (length + MOST - 1) // MOST
    for image in range(n):
        place(x, image, top, left, padded, width)
        for r in range(0, rows, at_once):
            some_rows = min(at_once, rows - r)
            for p in range(count):
                some = min(lanes, filters - p * lanes)
                v = 1 if some <= half else 2
                start = (image * rows + r) * columns * filters + p * lanes
                if some == lanes:
                    for j in range(some_rows * columns):
                        for k in range(lanes):
                            packed[j * lanes + k] = flat[start + j * filters + k]
                else:
                    for j in range(some_rows * columns):
                        for k in range(some):
                            packed[j * lanes + k] = flat[start + j * filters + k]
                for i in range(height_k):
                    e = 0
                    for t in range(tiles):
                        q = length // tiles + (1 if t < length % tiles else 0)
                        to = (p * size + i * length + e) * lanes
                        tile(q, v, padded, (r * down + i) * width * channels + e, 1, across * channels,
                             down * width * channels, packed, 0, lanes, columns * lanes,
                             sums, to, lanes, sums, to, lanes, columns, some_rows)
                        e += q
