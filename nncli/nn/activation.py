"""What an activation is: a layer without parameters that keeps the shape."""

from __future__ import annotations

from dataclasses import dataclass

from nncli.nn.layer import Layer, layer

activation = layer  # registered beside the layers: both stand in `model`


@dataclass(frozen=True)
class Activation(Layer):
    """The base of all activations."""
