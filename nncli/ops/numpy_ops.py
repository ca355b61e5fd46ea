"""The operations in NumPy."""

from __future__ import annotations

import numpy as np

from nncli.core.types import Array
from nncli.ops.adam_direction import adam_direction
from nncli.ops.base import Ops
from nncli.ops.channel_normalization import normalize_channels
from nncli.ops.grouped import convolve_groups
from nncli.ops.patches import convolve_patches
from nncli.ops.relu import relu, relu_gradient
from nncli.ops.signatures import Average, FusedConvolution, KernelBackward, Normalized, Pooled
from nncli.ops.tile_pooling import max_pool_tiles
from nncli.ops.windows import Windows


class NumpyOps(Ops):
    """Operations that need NumPy only."""

    @property
    def compiler(self) -> str:
        """Always "none"."""
        return "none"

    def convolve(
        self, x: Array, W: Array, windows: Windows, groups: int = 1, bias: Array | None = None
    ) -> tuple[Array, KernelBackward]:
        """Convolve each group by matrix products of patches; depthwise convolutions use elementwise products."""
        if groups == 1:
            return convolve_patches(x, W, windows, bias)
        y, backward = convolve_groups(x, W, windows, groups)
        if bias is not None:
            y += bias
        return y, backward

    def convolves_with_blas(self, windows: Windows, filters: int, groups: int, dtype: np.dtype[np.generic]) -> bool:
        """Always return True, also for depthwise convolutions, although these do not use BLAS."""
        return True

    def fuse_convolution(
        self,
        windows: Windows,
        filters: int,
        groups: int,
        dtype: np.dtype[np.generic],
        *,
        relu: bool,
        tiles: Windows | None,
    ) -> FusedConvolution | None:
        """Return None, since fusion is not faster with NumPy."""
        return None

    def max_pool_tiles(self, images: Array, windows: Windows) -> Pooled:
        """Take the maximum over the columns of every tile, then over its rows."""
        return max_pool_tiles(images, windows)

    def normalize_channels(
        self,
        x: Array,
        view: tuple[int, int, int],
        scale: Array | None,
        shift: Array | None,
        average: Average,
        epsilon: float,
    ) -> Normalized:
        """Normalize; sums are computed as matrix products with ones."""
        return normalize_channels(x, view, scale, shift, average, epsilon)

    def relu(self, x: Array) -> Array:
        """Return max(x, 0)."""
        return relu(x)

    def relu_gradient(self, y: Array, dy: Array) -> Array:
        """Multiply dy by 0 or 1."""
        return relu_gradient(y, dy)

    def adam_step(
        self,
        p: Array,
        g: Array,
        m: Array,
        v: Array,
        beta1: float,
        beta2: float,
        epsilon: float,
        rate: float,
        scratch: Array,
    ) -> None:
        """Take the step in several passes over the vectors."""
        adam_direction(g, m, v, None, beta1, beta2, epsilon, rate, out=scratch)
        p -= scratch
