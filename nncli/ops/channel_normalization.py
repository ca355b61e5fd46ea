"""Normalization of channels in NumPy."""

from __future__ import annotations

import numpy as np

from nncli.core.types import Array
from nncli.ops.signatures import Average, Normalized

MAX_JOINED_POSITIONS = 16  # up to so many positions form one long row, since NumPy is faster on long rows


def normalize_channels(
    x: Array, view: tuple[int, int, int], scale: Array | None, shift: Array | None, average: Average, epsilon: float
) -> Normalized:
    """Normalize channels, see `Ops.normalize_channels`.

    BLAS computes the sums over positions as products with ones, which is several times as fast as NumPy's sum.
    """
    inner, channels = view[1:]
    joined = next(count for count in range(MAX_JOINED_POSITIONS, 0, -1) if inner % count == 0)
    wide = (view[0], inner // joined, joined * channels)
    ones = np.ones((1, inner), x.dtype)

    def sums(a: Array) -> Array:
        return a.reshape(view) if inner == 1 else np.matmul(ones, a.reshape(view))  # (outer, 1, channels)

    def repeat(a: Array) -> Array:
        return np.tile(a, joined)  # (..., joined * channels)

    mean = average(sums(x))
    centred = x.reshape(wide) - repeat(mean)
    y = centred * centred
    variance = average(sums(y))
    inverse = 1 / np.sqrt(variance + epsilon)  # (outer, 1, channels)
    gain = inverse if scale is None else inverse * scale
    np.multiply(centred, repeat(gain), out=y)
    if shift is not None:
        y += repeat(shift)

    def backward(dy: Array, dscale: Array | None, dshift: Array | None, input_gradient: bool) -> Array | None:
        dx = dy.reshape(wide)
        product = dx * centred
        dy_sum, product_sum = sums(dx), sums(product) * inverse  # (outer, 1, channels)
        if dshift is not None:
            dy_sum.sum(axis=(0, 1), out=dshift)
        if dscale is not None:
            product_sum.sum(axis=(0, 1), out=dscale)
        if not input_gradient:
            return None
        if scale is not None:
            dy_sum, product_sum = dy_sum * scale, product_sum * scale
        dy_mean, along = average(dy_sum) * inverse, average(product_sum) * inverse**2
        dx *= repeat(gain)
        dx -= repeat(dy_mean)
        dx -= np.multiply(centred, repeat(along), out=product)
        return dx.reshape(dy.shape)

    return y.reshape(x.shape), backward, mean, variance
