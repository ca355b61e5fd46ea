"""The operations compiled by numba."""

from __future__ import annotations

from collections.abc import Callable
from types import ModuleType

import numpy as np

from nncli.core.types import Array
from nncli.ops.compiled.conv_choice import compiled_is_faster
from nncli.ops.compiled.import_budget import ImportBudget
from nncli.ops.compiled.loading import load_compiled, numba_is_imported, numba_version
from nncli.ops.numpy_ops import NumpyOps
from nncli.ops.relu import relu, relu_gradient
from nncli.ops.signatures import Average, FusedConvolution, KernelBackward, Normalized, Pooled
from nncli.ops.windows import Windows

MIN_COMPILED_SIZE = 1 << 14  # number of elements from which compiled code is faster than NumPy


class NumbaOps(NumpyOps):
    """Compiled operations; NumPy computes small arrays, and everything if numba does not work.

    The import of numba takes about half a second. Convolution and normalization import it when they first need it. Max
    pooling and relu use it only if it is already imported. Adam imports it after enough steps, see `ImportBudget`.
    """

    def __init__(self) -> None:
        self._adam_budget = ImportBudget()
        self._adam_kernel: Callable[..., None] | None = None

    @property
    def compiler(self) -> str:
        """Version of numba; "none" if it does not work."""
        return "none" if load_compiled("convolution") is None else numba_version()

    def convolve(
        self, x: Array, W: Array, windows: Windows, groups: int = 1, bias: Array | None = None
    ) -> tuple[Array, KernelBackward]:
        """Convolve with compiled kernels if they are faster."""
        compiles = not self.convolves_with_blas(windows, W.shape[3], groups, x.dtype)
        if compiles and (compiled := load_compiled("convolution")) is not None:
            result: tuple[Array, KernelBackward] = compiled.convolve(x, W, windows, bias)
            return result
        return super().convolve(x, W, windows, groups, bias)

    def convolves_with_blas(self, windows: Windows, filters: int, groups: int, dtype: np.dtype[np.generic]) -> bool:
        """Return False if compiled kernels compute the convolution."""
        return groups != 1 or not compiled_is_faster(windows, filters, dtype)

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
        """Return a compiled operator that keeps the output of the convolution in the cache."""
        if self.convolves_with_blas(windows, filters, groups, dtype):
            return None
        compiled = load_compiled("convolution")
        if compiled is None:
            return None
        fused: FusedConvolution = compiled.fused_convolution(windows, filters, dtype, relu, tiles)
        return fused

    def max_pool_tiles(self, images: Array, windows: Windows) -> Pooled:
        """Take the maxima in one pass over the images."""
        suits = images.size >= MIN_COMPILED_SIZE and images.dtype in (np.float32, np.float64)
        if suits and (passes := _load_if_imported("pooling_passes")) is not None:
            pooled: Pooled = passes.max_pool_tiles(images, windows)
            return pooled
        return super().max_pool_tiles(images, windows)

    def normalize_channels(
        self,
        x: Array,
        view: tuple[int, int, int],
        scale: Array | None,
        shift: Array | None,
        average: Average,
        epsilon: float,
    ) -> Normalized:
        """Normalize in two passes over x in forward and two passes in backward, with sums in float64."""
        if (
            view[0] == 1
            and x.size >= MIN_COMPILED_SIZE
            and (passes := load_compiled("normalization_passes")) is not None
        ):
            normalized: Normalized = passes.normalize_columns(x, scale, shift, average, epsilon)
            return normalized
        return super().normalize_channels(x, view, scale, shift, average, epsilon)

    def relu(self, x: Array) -> Array:
        """Compute relu in one pass over x."""
        if x.size < MIN_COMPILED_SIZE:
            return relu(x)
        kernels = _load_if_imported("elementwise_kernels") if x.dtype.kind == "f" else None
        if kernels is None:
            return relu(x)
        y = np.empty(x.shape, x.dtype)
        kernels.relu(x.reshape(-1), y.reshape(-1))
        return y

    def relu_gradient(self, y: Array, dy: Array) -> Array:
        """Compute the gradient in one pass over dy."""
        if y.size < MIN_COMPILED_SIZE:
            return relu_gradient(y, dy)
        kernels = _load_if_imported("elementwise_kernels") if y.dtype.kind == "f" else None
        if kernels is None:
            return relu_gradient(y, dy)
        dx = np.ascontiguousarray(dy)
        kernels.relu_gradient(y.reshape(-1), dx.reshape(-1))
        return dx

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
        """Take the step in one pass over the vectors."""
        kernel = self._adam_kernel
        if kernel is None and self._adam_budget.allows_import(p.size):
            compiled = load_compiled("adam_kernel")
            kernel = self._adam_kernel = None if compiled is None else compiled.step
        if kernel is None:
            super().adam_step(p, g, m, v, beta1, beta2, epsilon, rate, scratch)
        else:
            kernel(p, g, m, v, beta1, 1 - beta1, beta2, 1 - beta2, epsilon, rate)


def _load_if_imported(name: str) -> ModuleType | None:
    """Return a module of compiled kernels if numba is already imported, or None.

    The kernels return the same bits as NumPy, except for the sign of zero, which depends on the version of NumPy.
    """
    return load_compiled(name) if numba_is_imported() else None
