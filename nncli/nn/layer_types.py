"""Questions about the type of a layer, by registered name: layers that a model does not use are not imported."""

from __future__ import annotations

from collections.abc import Container

from nncli.core.registry import LAYERS
from nncli.nn.layer import Layer


def is_exactly(layer: Layer, names: Container[str]) -> bool:
    """Whether a layer is of the class registered under one of the names; a subclass may compute something else."""
    return layer.type_name in names and type(layer) is LAYERS.find(layer.type_name)


def derives_from(layer: Layer, names: Container[str]) -> bool:
    """Whether the class of a layer, or a class that it derives from, is registered under one of the names."""
    return any(vars(cls).get("type_name") in names for cls in type(layer).__mro__)
