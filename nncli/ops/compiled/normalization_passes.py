"""Normalization of channels by the compiled kernels."""

from __future__ import annotations

import numpy as np

from nncli.core.types import Array
from nncli.ops.compiled.elementwise_kernels import (
    column_squares,
    column_sums,
    gradient_sums,
    normalize,
    normalize_gradient,
)
from nncli.ops.signatures import Average, Normalized


def normalize_columns(
    x: Array, scale: Array | None, shift: Array | None, average: Average, epsilon: float
) -> Normalized:
    """Normalize channels, see `Ops.normalize_channels`; the outer axis must have length 1.

    Sums, mean and variance of the channels are computed in float64.
    """
    dtype, shape, channels = x.dtype, x.shape, x.shape[-1]
    columns = x.reshape(-1, channels)

    def means(sums: Array) -> Array:
        return average(sums.reshape(1, 1, channels))

    mean = means(column_sums(columns))
    rounded_mean = mean[0, 0].astype(dtype)
    variance = means(column_squares(columns, rounded_mean))
    inverse = 1 / np.sqrt(variance + epsilon)  # (1, 1, channels)
    scales = np.ones(channels, dtype) if scale is None else scale
    shifts = np.zeros(channels, dtype) if shift is None else shift
    gain = (inverse[0, 0] * scales).astype(dtype)
    y = np.empty(columns.shape, dtype)
    normalize(columns, rounded_mean, gain, shifts, y)

    def backward(dy: Array, dscale: Array | None, dshift: Array | None, input_gradient: bool) -> Array | None:
        dx = np.ascontiguousarray(dy).reshape(columns.shape)
        dy_sum, product_sum = gradient_sums(columns, rounded_mean, dx)  # (channels,)
        product_sum *= inverse[0, 0]
        if dshift is not None:
            dshift[...] = dy_sum
        if dscale is not None:
            dscale[...] = product_sum
        if not input_gradient:
            return None
        dy_mean, along = means(dy_sum * scales) * inverse, means(product_sum * scales) * inverse**2
        normalize_gradient(columns, rounded_mean, gain, dy_mean[0, 0].astype(dtype), along[0, 0].astype(dtype), dx)
        return dx.reshape(dy.shape)

    return y.reshape(shape), backward, mean, variance
