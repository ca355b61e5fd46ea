"""The base classes of the normalization layers, and the computation that they share."""

from nncli.nn.normalization.channel_normalization import ChannelNormalization, normalize_channels
from nncli.nn.normalization.normalization_layer import Normalization, Ones, scale_and_shift
from nncli.ops.signatures import Average

__all__ = ["Average", "ChannelNormalization", "Normalization", "Ones", "normalize_channels", "scale_and_shift"]
