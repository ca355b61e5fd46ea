"""Convolution over images."""

from __future__ import annotations

from dataclasses import dataclass

from nncli.core.types import Shape
from nncli.nn.convolution import Convolution
from nncli.nn.layer import layer
from nncli.ops.windows import Windows


@layer("conv2d")
@dataclass(frozen=True)
class Conv2D(Convolution):
    """A convolution (in the field's sense: without flipping the kernel) over height and width.

    y[r, c, f] = b[f] + sum over i, j, k of x[r * stride + i * dilation, c * stride + j * dilation, k] W[i, j, k, f],
    x with its padding; with groups, k runs over the channels of filter f's group; the first filters belong to the first
    channels, as in PyTorch. As many groups as channels make a depthwise convolution.

    NumPy computes it as a product of patches and kernel, with every window as a row of height * width * channels
    numbers; depthwise, as a sum of elementwise products over the positions of the kernel.

    Shape: (height, width, channels) -> (rows, columns, filters), of n rows or columns floor((n + 2 padding -
        dilation (kernel_size - 1) - 1) / stride) + 1, for same ceil(n / stride);
        weight (kernel height, kernel width, channels / groups, filters), bias (filters,)

    Args:
        filters: number of output channels, at least 1; a multiple of groups.
        kernel_size: height and width of the kernel, at least 1.
        stride: from one window to the next, down and across, at least 1.
        padding: valid, same, or how many zeros on both sides, down and across.
        dilation: from one entry of a window to the next, down and across, at least 1.
        groups: number of groups of channels, each with filters of its own, at least 1; a divisor of channels and
            filters.
        bias: whether to add b, initially zero.
        initializer: of the weights, with fan_in = kernel height * width * channels / groups and fan_out = kernel
            height * width * filters / groups; default he before relu-like activations, lecun before selu,
            otherwise xavier.

    Raises:
        ShapeError: if the input is no image, is smaller than a window, or has no multiple of groups as channels.
    """

    def windows(self, input_shape: Shape) -> Windows:
        """Return the windows over inputs of a shape."""
        return Windows.over(input_shape, self.kernel_size, self.stride, self.padding, self.dilation)
