"""The base of the convolution layers."""

from nncli.nn.convolution.conv import Convolution

__all__ = ["Convolution"]
