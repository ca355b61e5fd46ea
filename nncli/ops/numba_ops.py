"""The operations in machine code by numba, where that is faster than NumPy."""

from __future__ import annotations

from collections.abc import Callable
from types import ModuleType

import numpy as np

from nncli.core.types import Array
from nncli.ops.compiled.import_budget import ImportBudget
from nncli.ops.compiled.loading import load_compiled, numba_is_imported, numba_version
from nncli.ops.compiled.suits import suits_kernels
from nncli.ops.numpy_ops import NumpyOps
from nncli.ops.rectifier import relu, relu_gradient
from nncli.ops.signatures import Average, FusedConvolution, KernelBackward, Normalized, Pooled
from nncli.ops.windows import Windows

MIN_COMPILED_SIZE = 1 << 14  # elements from which a compiled pass is faster than NumPy's


class NumbaOps(NumpyOps):
    """Compiled operations that fall back to NumPy for small arrays, and where numba does not work.

    The import of numba takes about half a second. Convolutions and normalization import it when they first need it.
    Max pooling and relu use it only where it has been imported already, and Adam waits until the import pays.
    """

    def __init__(self) -> None:
        self._adam_budget = ImportBudget()
        self._adam_kernel: Callable[..., None] | None = None

    @property
    def compiler(self) -> str:
        """The version of numba; "none" where it does not work."""
        return "none" if load_compiled("conv_products") is None else numba_version()

    def convolve(
        self, x: Array, W: Array, windows: Windows, groups: int = 1, bias: Array | None = None
    ) -> tuple[Array, KernelBackward]:
        """Convolve without patches, where the kernels suit."""
        if groups == 1 and suits_kernels(windows, W.shape[3], x.dtype):
            compiled = load_compiled("conv_products")
            if compiled is not None:
                result: tuple[Array, KernelBackward] = compiled.convolve(x, W, windows, bias)
                return result
        return super().convolve(x, W, windows, groups, bias)

    def convolves_with_blas(self, windows: Windows, filters: int, groups: int, dtype: np.dtype[np.generic]) -> bool:
        """Unless the compiled kernels suit."""
        return groups != 1 or not suits_kernels(windows, filters, dtype)

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
        """Return a compiled operator that keeps the output of the convolution in the cache, where the kernels suit."""
        if groups != 1 or not suits_kernels(windows, filters, dtype):
            return None
        compiled = load_compiled("conv_products")
        if compiled is None:
            return None
        fused: FusedConvolution = compiled.fused_convolution(windows, filters, dtype, relu, tiles)
        return fused

    def max_pool_tiles(self, images: Array, windows: Windows) -> Pooled:
        """Make one pass over the images."""
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
        """Make two passes over x going forward and two going back, with sums in float64."""
        if (
            view[0] == 1
            and x.size >= MIN_COMPILED_SIZE
            and (passes := load_compiled("normalization_passes")) is not None
        ):
            normalized: Normalized = passes.normalize_columns(x, scale, shift, average, epsilon)
            return normalized
        return super().normalize_channels(x, view, scale, shift, average, epsilon)

    def relu(self, x: Array) -> Array:
        """Make one pass over x."""
        if x.size < MIN_COMPILED_SIZE:
            return relu(x)
        kernels = _load_if_imported("entry_kernels") if x.dtype.kind == "f" else None
        if kernels is None:
            return relu(x)
        y = np.empty(x.shape, x.dtype)
        kernels.relu(x.reshape(-1), y.reshape(-1))
        return y

    def relu_gradient(self, y: Array, dy: Array) -> Array:
        """Make one pass over dy."""
        if y.size < MIN_COMPILED_SIZE:
            return relu_gradient(y, dy)
        kernels = _load_if_imported("entry_kernels") if y.dtype.kind == "f" else None
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
        """Make one pass over the vectors."""
        kernel = self._adam_kernel
        if kernel is None and self._adam_budget.allows_import(p.size):
            compiled = load_compiled("adam_kernel")
            kernel = self._adam_kernel = None if compiled is None else compiled.step
        if kernel is None:
            super().adam_step(p, g, m, v, beta1, beta2, epsilon, rate, scratch)
        else:
            kernel(p, g, m, v, beta1, 1 - beta1, beta2, 1 - beta2, epsilon, rate)


def _load_if_imported(name: str) -> ModuleType | None:
    """Load compiled passes where numba is imported already.

    They return the bits of NumPy, but for the sign of zero, which depends on NumPy's version.
    """
    return load_compiled(name) if numba_is_imported() else None
