"""Convolution over a length: a time series, a signal, a text."""

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
    """A convolution (in the field's sense: without flipping the kernel) over a length, such as time.

    y[t, f] = b[f] + sum over i, k of x[t * stride + i * dilation, k] W[i, k, f], x with its padding; with groups, k
    runs over the channels of filter f's group; the first filters belong to the first channels, as in PyTorch.

    Computed as conv2d over an image of height 1.

    Shape: (length, channels) -> (windows, filters), of a length n floor((n + 2 padding - dilation (kernel_size - 1)
        - 1) / stride) + 1, for same ceil(n / stride);
        weight (kernel_size, channels / groups, filters), bias (filters,)

    Args:
        filters: number of output channels, at least 1; a multiple of groups.
        kernel_size: length of the kernel, at least 1.
        stride: from one window to the next, at least 1.
        padding: valid, same, or how many zeros on both sides.
        dilation: from one entry of a window to the next, at least 1.
        groups: number of groups of channels, each with filters of its own, at least 1; a divisor of channels and
            filters.
        bias: whether to add b, initially zero.
        initializer: of the weights, with fan_in = kernel_size * channels / groups and fan_out = kernel_size *
            filters / groups; default he before relu-like activations, lecun before selu, otherwise xavier.

    Raises:
        ShapeError: if the input is no length, is shorter than a window, or has no multiple of groups as channels.
    """

    filters: Annotated[int, Ge(1)]
    kernel_size: Length
    stride: Length = 1
    padding: LengthPadding = "valid"
    dilation: Length = 1

    def windows(self, input_shape: Shape) -> Windows:
        """Return the windows over inputs of a shape."""
        return Windows.along(input_shape, self.kernel_size, self.stride, self.padding, self.dilation)
