"""2D convolution."""

from __future__ import annotations

from dataclasses import dataclass

from nncli.core.types import Shape
from nncli.nn.convolution import Convolution
from nncli.nn.layer import layer
from nncli.ops.windows import Windows


@layer("conv2d")
@dataclass(frozen=True)
class Conv2D(Convolution):
    """2D convolution over an image.

    y[r, c, f] = b[f] + sum over i, j, k of x[r * stride + i * dilation, c * stride + j * dilation, k] * W[i, j, k, f]

    Here x is the padded input. As in PyTorch and Keras, the kernel is not flipped. With several groups, k runs over the
    channels of the group to which filter f belongs; the first filters belong to the first group of channels. Set
    `groups` to the number of channels for a depthwise convolution.

    Shape: (height, width, channels) -> (rows, columns, filters), rows = floor((height + 2 * padding - dilation *
        (kernel height - 1) - 1) / stride) + 1, columns likewise; with padding: same, ceil(height / stride);
        weight (kernel height, kernel width, channels / groups, filters), bias (filters,)

    Args:
        filters: number of output channels, at least 1; a multiple of `groups`.
        kernel_size: size of the kernel, as one number or (height, width), at least 1.
        stride: step from one window to the next, as one number or (vertical, horizontal), at least 1.
        padding: valid (no padding), same, or the number of zeros on both sides, as one number or (vertical,
            horizontal).
        dilation: step from one element of a window to the next, as one number or (vertical, horizontal), at least 1.
        groups: number of groups of channels, each with its own filters, at least 1; a divisor of the number of
            channels and of `filters`.
        bias: whether to add the bias b, initially zero.
        initializer: initializer of the weights, with fan_in = kernel height * kernel width * channels / groups and
            fan_out = kernel height * kernel width * filters / groups; default he before relu-like activations, lecun
            before selu, otherwise xavier.

    Raises:
        ShapeError: if the input is not an image or is smaller than a window, or if the number of channels is not a
            multiple of `groups`.
    """

    def windows(self, input_shape: Shape) -> Windows:
        """Return the windows over an input of this shape."""
        return Windows.over(input_shape, self.kernel_size, self.stride, self.padding, self.dilation)
