"""What layers share that normalise."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from types import ModuleType
from typing import TypeAlias

import numpy as np

from nncli.core.types import Array, Shape
from nncli.nn.bias import BIAS
from nncli.nn.compiled.available import compiled_passes
from nncli.nn.initializer import Initializer
from nncli.nn.layer import Backward, Context, Layer, ParameterSpec, Tree

Average: TypeAlias = Callable[[Array], Array]
LARGE = 1 << 14  # numbers from which compiled passes are worth their calls
SIDE_BY_SIDE = 16  # positions, at most, whose channels are taken for one long row, over which NumPy runs faster


@dataclass(frozen=True)
class Ones(Initializer):
    """All ones: w = 1; how every scale begins."""

    def draw(self, random: np.random.Generator, shape: Shape, fan_in: int, fan_out: int) -> Array:
        """Ones of that shape."""
        return np.ones(shape)


@dataclass(frozen=True)
class Normalization(Layer):
    """The base of layers that normalise."""


def scale_and_shift(shape: Shape, *, scale: bool, shift: bool) -> Tree:
    """The parameters gamma and beta as far as they are wanted; weight decay leaves them alone."""
    tree: Tree = {"scale": ParameterSpec(shape, Ones(), decayed=False)} if scale else {}
    return tree | ({"shift": ParameterSpec(shape, *BIAS, decayed=False)} if shift else {})


def normalize_channels(
    p: Tree, x: Array, view: tuple[int, int, int], average: Average, epsilon: float, ctx: Context
) -> tuple[Array, Backward, Array, Array]:
    """(y, backward, mean, variance) for means that are taken over positions, and perhaps over channels too.

    y = scale x_hat + shift with x_hat = (x - mean) / sigma, sigma = sqrt(variance + epsilon), variance = the mean of
    (x - mean)^2, which is the biased one
    dscale = sum of dy x_hat, dshift = sum of dy, dx = (dy' - mean of dy' - x_hat mean of dy' x_hat) / sigma with
    dy' = scale dy

    The sums over positions are products with ones, which BLAS does several times as fast as a sum over an axis; or
    compiled, where numba is installed.

    Shape: scale and shift (channels,), mean and variance (outer, 1, channels), all else as `x`

    Args:
        p: scale and shift, as far as there are any.
        x: in any shape whose last axis is the channels.
        view: (outer, inner, channels), as which x is seen; sums are taken over inner.
        average: makes of the sums over inner, (outer, 1, channels), the means over all that is normalised together,
            in the same shape and in a new array. It is asked twice going forward, and twice going back.
        epsilon: inside the root.
        ctx: of the layer.
    """
    outer, inner, channels = view
    if outer == 1 and x.size >= LARGE and (passes := compiled_passes()) is not None:
        return _normalize_columns(passes, p, x.reshape(inner, channels), x.shape, average, epsilon, ctx)
    beside = next(count for count in range(SIDE_BY_SIDE, 0, -1) if inner % count == 0)
    wide = (outer, inner // beside, beside * channels)
    ones = np.ones((1, inner), x.dtype)

    def sums(a: Array) -> Array:
        return a.reshape(view) if inner == 1 else np.matmul(ones, a.reshape(view))  # (outer, 1, channels)

    def spread(a: Array) -> Array:
        return np.tile(a, beside)  # (..., beside * channels)

    mean = average(sums(x))
    centred = x.reshape(wide) - spread(mean)
    y = centred * centred
    variance = average(sums(y))
    inverse = 1 / np.sqrt(variance + epsilon)  # (outer, 1, channels)
    gain = inverse * p["scale"] if "scale" in p else inverse
    np.multiply(centred, spread(gain), out=y)
    if "shift" in p:
        y += spread(p["shift"])

    def backward(dy: Array, g: Tree) -> Array | None:
        dx = dy.reshape(wide)
        product = dx * centred
        of_dy, of_product = sums(dx), sums(product) * inverse  # (outer, 1, channels)
        if "shift" in g:
            of_dy.sum(axis=(0, 1), out=g["shift"])
        if "scale" in g:
            of_product.sum(axis=(0, 1), out=g["scale"])
            of_dy, of_product = of_dy * p["scale"], of_product * p["scale"]
        if not ctx.input_gradient:
            return None
        mean_of_dy, along = average(of_dy) * inverse, average(of_product) * inverse**2
        dx *= spread(gain)
        dx -= spread(mean_of_dy)
        dx -= np.multiply(centred, spread(along), out=product)
        return dx.reshape(dy.shape)

    return y.reshape(x.shape), backward, mean, variance


def _normalize_columns(
    passes: ModuleType, p: Tree, x: Array, shape: Shape, average: Average, epsilon: float, ctx: Context
) -> tuple[Array, Backward, Array, Array]:
    """The same of one outer index in compiled passes: x (inner, channels), which the caller sees in another shape."""
    dtype, channels = x.dtype, x.shape[1]

    def means(sums: Array) -> Array:
        return average(sums.reshape(1, 1, channels))

    mean = means(passes.column_sums(x))
    near = mean[0, 0].astype(dtype)
    variance = means(passes.column_squares(x, near))
    inverse = 1 / np.sqrt(variance + epsilon)  # (1, 1, channels), in float64 as all such vectors
    scale, shift = p.get("scale", np.ones(channels, dtype)), p.get("shift", np.zeros(channels, dtype))
    gain = (inverse[0, 0] * scale).astype(dtype)
    y = np.empty(x.shape, dtype)
    passes.normalized(x, near, gain, shift, y)

    def backward(dy: Array, g: Tree) -> Array | None:
        dx = np.ascontiguousarray(dy).reshape(x.shape)
        of_dy, of_product = passes.gradient_sums(x, near, dx)  # (channels,)
        of_product *= inverse[0, 0]
        if "shift" in g:
            g["shift"][...] = of_dy
        if "scale" in g:
            g["scale"][...] = of_product
        if not ctx.input_gradient:
            return None
        mean_of_dy, along = means(of_dy * scale) * inverse, means(of_product * scale) * inverse**2
        passes.normalized_gradient(x, near, gain, mean_of_dy[0, 0].astype(dtype), along[0, 0].astype(dtype), dx)
        return dx.reshape(dy.shape)

    return y.reshape(shape), backward, mean, variance
