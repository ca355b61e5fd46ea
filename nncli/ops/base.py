"""The operations that have more than one implementation."""

from __future__ import annotations

from abc import ABC, abstractmethod

import numpy as np

from nncli.core.types import Array
from nncli.ops.signatures import Average, FusedConvolution, KernelBackward, Normalized, Pooled
from nncli.ops.windows import Windows


class Ops(ABC):
    """Compute convolutions, pooling, normalization, relu and the Adam step.

    One implementation is chosen for the process by `nncli.ops.current_ops`. Implementations may round sums differently;
    each of them returns the same bits for the same arguments.
    """

    @property
    @abstractmethod
    def compiler(self) -> str:
        """What compiles the operations, such as "numba 0.68.1"; "none" for NumPy."""

    @abstractmethod
    def convolve(
        self, x: Array, W: Array, windows: Windows, groups: int = 1, bias: Array | None = None
    ) -> tuple[Array, KernelBackward]:
        """Convolve images with a kernel.

        y[r, c, f] = b[f] + sum over i, j, k of x[r * stride + i * dilation, c * stride + j * dilation, k] W[i, j, k, f]

        The first filters are over the first group of channels, the next filters over the next group, and so on.

        Args:
            x: (n, height, width, channels), without padding.
            W: (kernel height, kernel width, channels / groups, filters).
            windows: over x.
            groups: number of groups, a divisor of channels and filters.
            bias: (filters,), or None.

        Returns:
            y: (n, rows, columns, filters).
            backward: function of (dy, dW to overwrite, whether dx is wanted) that returns dx or None.
        """

    @abstractmethod
    def convolves_with_blas(self, windows: Windows, filters: int, groups: int, dtype: np.dtype[np.generic]) -> bool:
        """Whether `convolve` computes such a convolution with matrix products of BLAS."""

    @abstractmethod
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
        """Return one operator for a convolution, max pooling and relu, or None where there is none that is faster.

        The operator returns the same bits as `convolve`, max pooling and `relu` one after another.

        Args:
            windows: of the convolution.
            filters: of the convolution.
            groups: of the convolution.
            dtype: of all arrays.
            relu: whether relu is applied.
            tiles: of the max pooling, without overlap or padding; None for no pooling.
        """

    @abstractmethod
    def max_pool_tiles(self, images: Array, windows: Windows) -> Pooled:
        """Return the largest entry of every window; the gradient goes to the first of several that tie.

        Args:
            images: (n, height, width, channels).
            windows: cover the images without overlap, rest or padding.

        Returns:
            y: (n, rows, columns, channels).
            backward: function from dy to dx; it may overwrite dy.
        """

    @abstractmethod
    def normalize_channels(
        self,
        x: Array,
        view: tuple[int, int, int],
        scale: Array | None,
        shift: Array | None,
        average: Average,
        epsilon: float,
    ) -> Normalized:
        """Normalize over positions, and over channels too if `average` does, then scale and shift every channel.

        y = scale x_hat + shift with x_hat = (x - mean) / sigma, sigma = sqrt(variance + epsilon), variance = the mean
        of (x - mean)^2, which is the biased one
        dscale = sum of dy x_hat, dshift = sum of dy, dx = (dy' - mean of dy' - x_hat mean of dy' x_hat) / sigma with
        dy' = scale dy

        Shape: scale and shift (channels,); mean and variance (outer, 1, channels); everything else as `x`

        Args:
            x: in any shape whose last axis is the channels.
            view: (outer, inner, channels), the shape as which x is summed over inner.
            scale: factors, or None for 1.
            shift: what is added, or None for 0.
            average: turns sums over inner, (outer, 1, channels), into the means over all that is normalized together,
                a new array of the same shape. It is called twice in the forward and twice in the backward pass.
            epsilon: added to the variance.

        Returns:
            (y, backward, mean, variance), where backward is a function of (dy, dscale to overwrite or None, dshift to
            overwrite or None, whether dx is wanted) that returns dx or None; it may overwrite dy.
        """

    @abstractmethod
    def relu(self, x: Array) -> Array:
        """Return max(x, 0)."""

    @abstractmethod
    def relu_gradient(self, y: Array, dy: Array) -> Array:
        """Return dy where y = relu(x) is above 0, and 0 elsewhere; overwrites dy."""

    @abstractmethod
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
        """Take one step of Adam in place.

        m <- beta1 m + (1 - beta1) g,  v <- beta2 v + (1 - beta2) g^2,  p <- p - rate m / (sqrt(v) + epsilon)

        Every implementation returns the same bits.

        Args:
            p: parameters, (n,); changed.
            g: gradient, (n,).
            m: running mean of g; changed.
            v: running mean of g^2; changed.
            beta1: share of m that is kept, in [0, 1).
            beta2: share of v that is kept, in [0, 1).
            epsilon: with the bias correction of v.
            rate: with the bias corrections of m and v.
            scratch: (n,), overwritten.
        """
