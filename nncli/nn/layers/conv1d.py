"""1D convolution."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from annotated_types import Ge

from nncli.core.types import Shape
from nncli.nn.convolution import Convolution
from nncli.nn.layer import layer
from nncli.nn.window_fields import Length, LengthPadding
from nncli.ops.windows import Windows


@layer("conv1d")
@dataclass(frozen=True)
class Conv1D(Convolution):
    """1D convolution over a sequence, such as a time series, a signal or a text.

    y[t, f] = b[f] + sum over i, k of x[t * stride + i * dilation, k] * W[i, k, f]

    Here x is the padded input. As in PyTorch and Keras, the kernel is not flipped. With several groups, k runs over the
    channels of the group to which filter f belongs; the first filters belong to the first group of channels. conv1d is
    computed as conv2d over an image of height 1.

    Shape: (length, channels) -> (windows, filters), windows = floor((length + 2 * padding - dilation *
        (kernel_size - 1) - 1) / stride) + 1; with padding: same, ceil(length / stride); weight (kernel_size, channels /
        groups, filters), bias (filters,)

    Args:
        filters: number of output channels, at least 1; a multiple of `groups`.
        kernel_size: length of the kernel, at least 1.
        stride: step from one window to the next, at least 1.
        padding: valid (no padding), same, or the number of zeros on both sides.
        dilation: step from one element of a window to the next, at least 1.
        groups: number of groups of channels, each with its own filters, at least 1; a divisor of the number of
            channels and of `filters`.
        bias: whether to add the bias b, initially zero.
        initializer: initializer of the weights, with fan_in = kernel_size * channels / groups and fan_out = kernel_size
            * filters / groups; default he before relu-like activations, lecun before selu, otherwise xavier.

    Raises:
        ShapeError: if the input is not a sequence or is shorter than a window, or if the number of channels is not
            a multiple of `groups`.
    """

    filters: Annotated[int, Ge(1)]
    kernel_size: Length
    stride: Length = 1
    padding: LengthPadding = "valid"
    dilation: Length = 1

    def windows(self, input_shape: Shape) -> Windows:
        """Return the windows over an input of this shape."""
        return Windows.along(input_shape, self.kernel_size, self.stride, self.padding, self.dilation)
