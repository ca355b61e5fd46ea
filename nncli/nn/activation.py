"""The base class of activations: layers without parameters that keep the shape."""

from __future__ import annotations

from dataclasses import dataclass

from nncli.nn.layer import Layer, layer

activation = layer  # registered as layers, since both are listed in `model`


@dataclass(frozen=True)
class Activation(Layer):
    """The base of all activations."""
