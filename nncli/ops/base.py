"""The interface of array operations that have more than one implementation."""

from __future__ import annotations

from abc import ABC, abstractmethod

import numpy as np

from nncli.core.types import Array
from nncli.ops.signatures import Average, FusedConvolution, KernelBackward, Normalized, Pooled
from nncli.ops.windows import Windows


class Ops(ABC):
    """Convolutions, pooling, normalization, relu and the Adam step.

    `nncli.ops.current_ops` chooses one implementation for the whole process. Every implementation always returns the
    same bits for the same arguments, but two implementations may round sums differently.
    """

    @property
    @abstractmethod
    def compiler(self) -> str:
        """Name and version of the compiler, such as "numba 0.68.1"; "none" for NumPy."""

    @abstractmethod
    def convolve(
        self, x: Array, W: Array, windows: Windows, groups: int = 1, bias: Array | None = None
    ) -> tuple[Array, KernelBackward]:
        """Convolve images with a kernel.

        y[r, c, f] = b[f] + sum over i, j, k of x[r * stride + i * dilation, c * stride + j * dilation, k]
            * W[i, j, k, f]

        With several groups, the first filters apply to the first group of channels, the next filters to the next group,
        and so on.

        Args:
            x: images without padding, (n, height, width, channels).
            W: kernel, (kernel height, kernel width, channels / groups, filters).
            windows: windows over x.
            groups: number of groups, a divisor of channels and filters.
            bias: b, (filters,), or None.

        Returns:
            y: output, (n, rows, columns, filters).
            backward: function of (dy, dW to overwrite, whether to compute dx) that returns dx or None.
        """

    @abstractmethod
    def convolves_with_blas(self, windows: Windows, filters: int, groups: int, dtype: np.dtype[np.generic]) -> bool:
        """Return whether `convolve` computes a convolution by matrix products with BLAS."""

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
        """Return one operator for a convolution with max pooling, relu or both, or None if that would not be faster.

        The operator returns the same bits as `convolve`, max pooling and `relu` one after another.

        Args:
            windows: windows of the convolution.
            filters: number of filters.
            groups: number of groups of the convolution.
            dtype: dtype of all arrays.
            relu: whether to apply relu.
            tiles: windows of the max pooling, without overlap or padding; None for no pooling.
        """

    @abstractmethod
    def max_pool_tiles(self, images: Array, windows: Windows) -> Pooled:
        """Take the maximum of every window; in ties, the gradient goes to the first maximum in row order.

        Args:
            images: (n, height, width, channels).
            windows: windows that cover the images exactly, without overlap or padding.

        Returns:
            y: maxima, (n, rows, columns, channels).
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
        """Normalize each channel over positions, then scale and shift it; `average` may join channels into groups.

        xhat = (x - mean) / sigma,  sigma = sqrt(variance + epsilon),  y = scale * xhat + shift
        dscale = sum(dy * xhat),  dshift = sum(dy)
        dx = (dy' - mean(dy') - xhat * mean(dy' * xhat)) / sigma,  dy' = scale * dy

        The variance is the biased one, the mean of (x - mean)^2.

        Shape: scale and shift (channels,); mean and variance (outer, 1, channels); everything else has the shape of `x`

        Args:
            x: any shape whose last axis is the channels.
            view: shape (outer, inner, channels) to which x is reshaped; sums are over the inner axis.
            scale: factor of every channel, or None for 1.
            shift: number to add to every channel, or None for 0.
            average: function from the sums over the inner axis, (outer, 1, channels), to the means of all values that
                are normalized together, in a new array of the same shape. The forward pass calls it twice, and the
                backward pass calls it twice.
            epsilon: added to the variance.

        Returns:
            (y, backward, mean, variance). backward is a function of (dy, dscale to overwrite or None, dshift to
            overwrite or None, whether to compute dx) that returns dx or None; it may overwrite dy.
        """

    @abstractmethod
    def relu(self, x: Array) -> Array:
        """Return max(x, 0)."""

    @abstractmethod
    def relu_gradient(self, y: Array, dy: Array) -> Array:
        """Return the gradient of x for y = relu(x): dy where y is above 0, otherwise 0; dy is overwritten."""

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

        m <- beta1 * m + (1 - beta1) * g,  v <- beta2 * v + (1 - beta2) * g^2,  p <- p - rate * m / (sqrt(v) + epsilon)

        All implementations return the same bits.

        Args:
            p: parameters, (n,); changed.
            g: gradient, (n,); not changed.
            m: running average of g, (n,); changed.
            v: running average of g^2, (n,); changed.
            beta1: decay of m, in [0, 1).
            beta2: decay of v, in [0, 1).
            epsilon: added to sqrt(v); it includes the bias correction of v.
            rate: learning rate; it includes the bias corrections of m and v.
            scratch: work space, (n,); overwritten.
        """
