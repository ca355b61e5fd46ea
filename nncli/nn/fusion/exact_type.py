"""Whether a layer is exactly of a registered type; a subclass may compute something else."""

from __future__ import annotations

from collections.abc import Container

from nncli.core.registry import LAYERS
from nncli.nn.layer import Layer


def is_exactly(layer: Layer, names: Container[str]) -> bool:
    """Return whether the class of a layer is the one that is registered under one of the names.

    Names take the place of classes, so that layers that a model does not use are not imported.
    """
    return layer.type_name in names and type(layer) is LAYERS.find(layer.type_name)
