"""Check that a layer's class is exactly a registered one; a subclass may compute something else."""

from __future__ import annotations

from collections.abc import Container

from nncli.core.registry import LAYERS
from nncli.nn.layer import Layer


def is_exactly(layer: Layer, names: Container[str]) -> bool:
    """Return whether a layer's class is registered under one of these names.

    The function takes names instead of classes, so that unused layers are not imported.
    """
    return layer.type_name in names and type(layer) is LAYERS.find(layer.type_name)
