"""Default weight initializers, chosen by the activation that follows a layer."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from nncli.core.builder import build
from nncli.core.fields import field_types
from nncli.core.registry import INITIALIZERS
from nncli.nn.activation import Activation
from nncli.nn.activations.elu import ELU
from nncli.nn.activations.gelu import GELU
from nncli.nn.activations.hard_swish import HardSwish
from nncli.nn.activations.leaky_relu import LeakyReLU
from nncli.nn.activations.mish import Mish
from nncli.nn.activations.relu import ReLU
from nncli.nn.activations.selu import SELU
from nncli.nn.activations.silu import SiLU
from nncli.nn.layer import Layer

DEFAULT = "xavier"
INITIALIZER_BEFORE: Mapping[type, str] = {  # name of the initializer of weights that feed an activation
    **dict.fromkeys((ReLU, LeakyReLU, ELU, GELU, SiLU, HardSwish, Mish), "he"),
    SELU: "lecun",
}


def initializer_before(activation: Activation) -> str:
    """Return the name of the default initializer for weights that feed an activation.

    An activation from a plugin inherits the name from its base class, or sets it in its class attribute
    `advised_initializer`.
    """
    for base in type(activation).__mro__:
        if "advised_initializer" in vars(base):
            return getattr(activation, "advised_initializer", None) or DEFAULT
        if base in INITIALIZER_BEFORE:
            return INITIALIZER_BEFORE[base]
    return DEFAULT


def fill_initializers(layers: Sequence[Any], after: Sequence[Any] = ()) -> list[Layer]:
    """Return the layers with every missing initializer filled in, chosen by the next activation.

    The default is he before relu-like activations, lecun before selu, and xavier otherwise. Layers without weights
    between a layer and the activation are skipped.

    Args:
        layers: the layers, in order.
        after: the layers that follow the container of `layers`.
    """
    filled: list[Layer] = []
    for index, item in enumerate(layers):
        following = [*layers[index + 1 :], *after]
        if getattr(item, "initializer", item) is None:
            item = item.with_fields(initializer=build(INITIALIZERS, _default_for(following)))
        inside = _filled_inside(item, following)
        filled.append(item.with_fields(**inside) if inside else item)
    return filled


def _filled_inside(item: Layer, following: Sequence[Any]) -> dict[str, Any]:
    """Return the fields of a container that hold layers, with the initializers of these layers filled in."""
    inside: dict[str, Any] = {}
    for name, value in vars(item).items():
        if isinstance(value, Layer):
            (inside[name],) = fill_initializers([value], following)
        elif isinstance(value, tuple) and value and all(isinstance(one, Layer) for one in value):
            if name in item.in_order:
                inside[name] = tuple(fill_initializers(value, following))
            else:
                inside[name] = tuple(fill_initializers([one], following)[0] for one in value)
    return inside


def _default_for(following: Iterable[Layer]) -> str:
    for item in _flat(following):
        if isinstance(item, Activation):
            return initializer_before(item)
        if "initializer" in field_types(type(item)):
            break
    return DEFAULT


def _flat(layers: Iterable[Layer]) -> Iterator[Layer]:
    for item in layers:
        inside = item.children()
        if inside:
            yield from _flat(inside.values())
        else:
            yield item
