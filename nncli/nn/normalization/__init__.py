"""The base of the normalization layers, and what they compute."""

from nncli.nn.normalization.channels import normalize_channels
from nncli.nn.normalization.normalization_layer import Normalization, Ones, scale_and_shift
from nncli.ops.signatures import Average

__all__ = ["Average", "Normalization", "Ones", "normalize_channels", "scale_and_shift"]
