"""Convolution over images."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from nncli.core.types import Shape
from nncli.nn.convolution import Convolution
from nncli.nn.layer import layer
from nncli.ops.windows import Windows


@layer("conv2d")
@dataclass(frozen=True)
class Conv2D(Convolution):
    """A convolution (in the field's sense: without flipping the kernel) over height and width.

    y[r, c, f] = b[f] + sum over i, j, k of x[r * stride + i * dilation, c * stride + j * dilation, k] W[i, j, k, f],
    x with its padding; with groups, k runs over the channels of the group that filter f is in, the first filters over
    the first channels, as in PyTorch. As many groups as channels make a depthwise convolution.

    Computed as patches times kernel: every window is a row of height * width * channels numbers. Depthwise, as a sum
    over the kernel's positions of products entry by entry.

    Shape: (height, width, channels) -> (rows, columns, filters), of n rows or columns floor((n + 2 padding -
        dilation (kernel_size - 1) - 1) / stride) + 1, for same ceil(n / stride);
        weight (kernel height, kernel width, channels / groups, filters), bias (filters,)

    Args:
        filters: number of output channels, at least 1; a multiple of groups.
        kernel_size: height and width of the kernel, at least 1.
        stride: from one window to the next, down and across, at least 1.
        padding: valid, same, or how many zeros on both sides, down and across.
        dilation: from one entry of a window to the next, down and across, at least 1.
        groups: parts of the channels that have filters of their own, at least 1; channels and filters are multiples
            of it.
        bias: whether to add b, which begins at zero.
        initializer: of the weights, with fan_in = kernel height * width * channels / groups and fan_out = kernel
            height * width * filters / groups; default he before relu-like activations, lecun before selu,
            otherwise xavier.

    Raises:
        ShapeError: where the input is no image, smaller than a window, or its channels are no multiple of groups.
    """

    known_elsewhere: ClassVar[Mapping[str, str]] = {
        "DepthwiseConv2D": "write conv2d with as many groups as there are channels",
        "SeparableConv2D": "write conv2d with as many groups as there are channels, and then one of kernel_size 1",
    }

    def windows(self, input_shape: Shape) -> Windows:
        """Return the windows over inputs of a shape."""
        return Windows.over(input_shape, self.kernel_size, self.stride, self.padding, self.dilation)
