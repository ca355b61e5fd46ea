"""The base class of activations."""

from __future__ import annotations

from dataclasses import dataclass

from nncli.nn.layer import Layer, layer

activation = layer  # activations are registered as layers, since a config lists both in `model`


@dataclass(frozen=True)
class Activation(Layer):
    """The base of all activations: layers without parameters whose output has the shape of the input."""
