"""The base class of the convolution layers."""

from nncli.nn.convolution.convolution_layer import Convolution

__all__ = ["Convolution"]
